// A table read back: the name of each row, its numbers, and where each number leads.
export function rowsOf(table) {
  const columns = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent.trim());
  return [...table.tBodies[0].rows].map((row) => ({
    columns,
    total: row.classList.contains("total"),
    name: row.cells[0].textContent.trim(),
    values: [...row.cells].slice(1).map((cell) => Number.parseFloat(cell.textContent) || 0),
    links: [...row.cells].slice(1).map((cell) => cell.querySelector("a")?.getAttribute("href")),
  }));
}
