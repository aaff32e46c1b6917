// Sort the table of trainees by a column: first the rows that need attention, then in reverse order.
const head = document.querySelector(".heat thead");
const body = document.querySelector(".heat tbody");
const sort = (event) => {
  const column = event.target.closest("th");
  if (!column || (event.type === "keydown" && ![" ", "Enter"].includes(event.key))) return;
  event.preventDefault();
  const place = [...column.parentNode.children].indexOf(column);
  const way = column.ariaSort === "ascending" ? -1 : 1;
  for (const other of column.parentNode.children) other.ariaSort = "none";
  column.ariaSort = way === 1 ? "ascending" : "descending";
  const value = (row) => row.children[place].dataset.sort ?? "";
  const compare = (a, b) => {
    const [x, y] = [value(a), value(b)];
    const numbers = x !== "" && y !== "" && !isNaN(x) && !isNaN(y);
    return numbers ? x - y : x.localeCompare(y, undefined, { numeric: true });
  };
  body.append(...[...body.children].sort((a, b) => way * compare(a, b)));
};
head.addEventListener("click", sort);
head.addEventListener("keydown", sort);
