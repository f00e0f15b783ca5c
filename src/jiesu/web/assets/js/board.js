// The board's charts; loaded beside desk.js.
