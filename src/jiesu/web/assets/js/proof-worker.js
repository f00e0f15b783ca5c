// Finds the number whose SHA-256, behind the salt, is the challenge. Own arithmetic: crypto.subtle is slower for short texts,
// and telephones of 2016 have no WebAssembly. Everything before the number's last block is hashed once.
"use strict";
var K = new Int32Array(64), START = new Int32Array(8), W = new Int32Array(64);
(function () {
  var found = 0, primes = [];
  for (var n = 2; found < 64; n++) {
    if (primes.some(function (p) { return n % p === 0; })) continue;
    primes.push(n);
    if (found < 8) START[found] = (Math.pow(n, 1 / 2) % 1) * 4294967296;
    K[found++] = (Math.pow(n, 1 / 3) % 1) * 4294967296;
  }
})();

function mix(state, bytes, at) {
  for (var i = 0; i < 16; i++, at += 4) W[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  for (i = 16; i < 64; i++) {
    var x = W[i - 15], y = W[i - 2];
    W[i] = (W[i - 16] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) + W[i - 7] + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10)) | 0;
  }
  var a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  for (i = 0; i < 64; i++) {
    var t = (h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    var u = (((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t) | 0; d = c; c = b; b = a; a = (t + u) | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

function solve(salt, challenge, most) {
  var goal = new Int32Array(8), whole = salt.length - salt.length % 64, base = new Int32Array(START), i;
  for (i = 0; i < 8; i++) goal[i] = parseInt(challenge.substr(i * 8, 8), 16);
  var head = Uint8Array.from(salt, function (c) { return c.charCodeAt(0); });
  for (i = 0; i < whole; i += 64) mix(base, head, i);
  var state = new Int32Array(8), block = new Uint8Array(128), rest = salt.length - whole;
  for (var number = 0; number <= most; number++) {
    var digits = String(number), length = rest + digits.length, end = length + 9 > 64 ? 128 : 64;
    block.fill(0);
    block.set(head.subarray(whole));
    for (i = 0; i < digits.length; i++) block[rest + i] = digits.charCodeAt(i);
    block[length] = 128;
    var bits = (whole + length) * 8;
    block[end - 2] = bits >>> 8; block[end - 1] = bits;
    state.set(base);
    for (i = 0; i < end; i += 64) mix(state, block, i);
    if (state[0] === goal[0] && state[1] === goal[1] && state[7] === goal[7]) return number;
  }
  return null;
}

onmessage = function (event) { postMessage(solve(event.data.salt, event.data.challenge, event.data.maxNumber)); };
