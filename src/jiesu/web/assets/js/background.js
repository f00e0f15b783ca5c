// How an open page speaks with its server in the background: a form's post with the page's token.
export const ticket = document.querySelector("[data-live]");

export function body(fields) {
  const token = document.querySelector("input[name=_csrf_token]");
  return new URLSearchParams({ ...fields, _csrf_token: token ? token.value : "" });
}

export async function tell(path, fields, keepalive = false) {
  const headers = { Accept: "application/json" };
  const answer = await fetch(ticket.dataset.live + path, { method: "POST", body: body(fields), headers, keepalive, redirect: "manual" });
  return answer.json();
}
