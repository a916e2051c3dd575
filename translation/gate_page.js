// The body of a function that gets DataTables; gate_page.py puts it after the library. Text from rows only ever becomes text nodes.
"use strict";
const { columns, language, fields, scores, labels, checks, methods, rows } = JSON.parse(document.getElementById("data").textContent);
const [ID, LABEL, STATE, SOURCE, TARGET, FAILED, REASONS, FLAGS, SUSPICION, METHODS, RETRIED] = columns.keys();
const WORDS = { clean: "Kept, nothing found", retried: "Kept after a retry", marked: "Kept, but marked", quarantined: "Quarantined" };
const RANK = Object.fromEntries(Object.keys(WORDS).map((state, rank) => [state, rank]));
const at = (id) => document.getElementById(id);
const count = (number) => number.toLocaleString("en");
const tools = document.querySelector(".tools");
const [text, decision, check, label, method, score, least, most, order] = ["text", "decision", "check", "label", "method", "score", "least", "most", "order"].map(at);

function make(tag, words, set = {}) {
  const node = Object.assign(document.createElement(tag), set);
  node.append(...[words].flat().filter((one) => one !== undefined));
  return node;
}

// "check(field)" may break before its bracket.
const breakable = (name) => name.split(/(?=\()/).flatMap((part, after) => (after ? [make("wbr", []), part] : part));
const plain = (cut) => (typeof cut === "string" ? cut : cut.join(""));
const shownNumber = (value) => (Math.abs(value) > 1e300 ? (value < 0 ? "−∞" : "∞") : String(value));

// What a cell shows. The bundle appends a node as it is and would parse a string as HTML: no cell is ever a string.
function texts(cuts, set) {
  const part = document.createDocumentFragment();
  cuts.forEach((cut, place) => {
    const words = typeof cut === "string" ? cut : cut.map((piece, odd) => (odd % 2 ? make("mark", piece) : piece));
    part.append(make("p", [fields.length > 1 ? make("small", fields[place]) : undefined, make("bdi", words, set)], { dir: "auto" }));
  });
  return make("div", part);
}

function head(row, index) {
  const button = make("button", "Scores", { type: "button", onclick: () => toggle(index) });
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-label", `Scores of row ${row[ID]}`);
  return make("div", [make("b", WORDS[row[STATE]], { className: row[STATE] }), make("code", row[ID]), make("span", labels[row[LABEL]]), button]);
}

function why(row) {
  const line = (words, kind) => {
    const [name, ...rest] = words.split(": ");
    return make("li", rest.length ? [make("b", breakable(name)), ": " + rest.join(": ")] : words, { className: kind });
  };
  return make("ul", [...row[REASONS].map((one) => line(one, "reason")), ...row[FLAGS].map((one) => line(one, "flag"))]);
}

let parts;
function scoresOf(index) {
  parts ??= JSON.parse(at("details").textContent);
  const list = make("dl", []);
  const row = rows[index];
  const say = (name, words) => list.append(make("dt", breakable(name)), make("dd", words));
  parts.parts.forEach(([key, names], place) => {
    const values = parts.rows[index][place];
    if (!values) { return; }
    const worst = row[SUSPICION][scores.indexOf(key)];
    const words = names.flatMap((name, one) => (values[one] === null ? [] : [make("i", `${name} `), typeof values[one] === "number" ? shownNumber(values[one]) : String(values[one]), ";  "]));
    say(key, [...words.slice(0, -1), worst === null || worst === undefined ? make("i", "  (no opinion)") : make("i", `  (suspicion ${shownNumber(worst)})`)]);
  });
  if (row[METHODS].length) { say("Slots carried by", row[METHODS].map((one) => methods[one]).join(", ")); }
  if (row[RETRIED]) { say("Translation from retry", row[RETRIED]); }
  say("Place in the source", [`${count(index + 1)} of ${count(rows.length)}, `, make("a", `#row-${index + 1}`, { href: `#row-${index + 1}` })]);
  return list;
}

// The table. Numbers that are missing stand last, whichever way they are sorted.
const missingLast = (way) => (a, b) => (a === null ? (b === null ? 0 : 1) : b === null ? -1 : way * (a - b));
DataTable.type("suspicion", { order: { asc: missingLast(1), desc: missingLast(-1) } });
DataTable.ext.errMode = "throw";
const column = (name, type, sort, show, more = {}) => ({
  name, type, data: null, searchable: false, render: (_, kind, row, meta) => (kind === "display" ? show(row, meta.row) : sort(row, meta.row)), ...more,
});
const nothing = () => document.createTextNode("");
const joined = (cuts) => cuts.map(plain).join(" ").toLowerCase();
const definitions = [
  column("row", "num", (_, index) => index, head, { cellType: "th", createdCell: (cell) => { cell.scope = "row"; } }),
  column("english", "string", (row) => joined(row[SOURCE]), (row) => texts(row[SOURCE], { lang: "en" })),
  column("translation", "string", (row) => joined(row[TARGET]), (row) => texts(row[TARGET], { lang: language })),
  column("failed", "num", (row) => 10 * row[REASONS].length + row[FAILED].length + row[FLAGS].length, why, { orderSequence: ["desc", "asc"] }),
  ...scores.map((name, place) => column(`score-${place}`, "suspicion", (row) => row[SUSPICION][place],
    (row) => make("span", row[SUSPICION][place] === null ? "–" : shownNumber(row[SUSPICION][place])), { visible: false, className: "number", createdCell: (cell) => { cell.dataset.title = name; }, orderSequence: ["desc", "asc"] })),
  column("decision", "num", (row) => RANK[row[STATE]], nothing, { visible: false }),
  column("label", "num", (row) => row[LABEL], nothing, { visible: false }),
];
[...scores, "Decision", "Label"].forEach((name) => document.querySelector("#rows thead tr").append(make("th", breakable(name), { scope: "col" })));

let wanted = {};
DataTable.ext.search.push((_settings, _strings, index, row) => fits(row, index));
const table = new DataTable("#rows", {
  data: rows, columns: definitions, deferRender: true, autoWidth: false, order: [[0, "asc"]], pageLength: 25, lengthMenu: [25, 50, 100, 250],
  layout: { topStart: null, topEnd: null, bottomEnd: "paging",
    bottomStart: [{ info: { text: "_START_ to _END_ of _TOTAL_ rows", empty: "", search: "" } }, { pageLength: { text: "_MENU_ on a page" } }] },
  createdRow: (node, _row, index) => { node.tabIndex = -1; node.dataset.at = index; },
  language: { emptyTable: "There are no rows.", zeroRecords: "No row fits these filters." },
});

table.off("stateSaveParams"); // the bundle's Select would walk all cells at every draw, though nothing is saved

// Filters.
const heaps = [];
const folded = (words) => words.normalize("NFC").toLowerCase();
const heap = (row, index) => (heaps[index] ??= folded([row[ID], labels[row[LABEL]], ...[...row[SOURCE], ...row[TARGET]].map(plain), ...row[REASONS], ...row[FLAGS]].join("\n")));

function fits(row, index) {
  const { words = [], state: only, check: failed, label: named, method: carried, place, low, high } = wanted;
  if (only && (only === "kept" ? row[STATE] === "quarantined" : row[STATE] !== only)) { return false; }
  if (failed >= 0 && !row[FAILED].includes(failed)) { return false; }
  if (named >= 0 && row[LABEL] !== named) { return false; }
  if (carried >= 0 && !row[METHODS].includes(carried)) { return false; }
  if (low !== undefined || high !== undefined) {
    const value = row[SUSPICION][place];
    if (value === null || value < low || value > high) { return false; }
  }
  return words.every((word) => heap(row, index).includes(word));
}

function bound(input) {
  const value = Number(input.value.trim().replace(",", ".").replace("−", "-"));
  const wrong = Number.isNaN(value);
  input.setAttribute("aria-invalid", String(wrong));
  return input.disabled || wrong || !input.value.trim() ? undefined : value;
}

const chosen = (select) => (select && select.value !== "" ? Number(select.value) : -1);

function filter() {
  const place = chosen(score);
  wanted = { words: folded(text.value).split(/\s+/).filter(Boolean), state: decision.value, check: chosen(check), label: chosen(label), method: chosen(method), place, low: bound(least), high: bound(most) };
  table.draw();
  const said = [
    ...wanted.words.map((word) => `with “${word}”`), ...(wanted.state ? [decision.selectedOptions[0].textContent.replace(/ \([\d,]+\)$/, "").toLowerCase()] : []),
    ...(wanted.check >= 0 ? [`found by ${checks[wanted.check]}`] : []), ...(wanted.label >= 0 ? [`labelled ${labels[wanted.label]}`] : []),
    ...(wanted.method >= 0 ? [`slots carried by ${methods[wanted.method]}`] : []),
    ...(wanted.low !== undefined ? [`${scores[place]} at least ${wanted.low}`] : []), ...(wanted.high !== undefined ? [`${scores[place]} at most ${wanted.high}`] : []),
  ];
  const fit = table.page.info().recordsDisplay;
  at("shown").value = said.length ? `${count(fit)} of ${count(rows.length)} rows: ${said.join(", ")}` : `All ${count(rows.length)} rows`;
  at("printed").textContent = at("shown").value;
  at("clear").hidden = !said.length;
}

function clear() {
  [text, decision, check, label, method, least, most].forEach((tool) => { if (tool) { tool.value = ""; } });
  filter();
}

function showScore() {
  const place = chosen(score);
  scores.forEach((_, one) => { if (table.column(`score-${one}:name`).visible() !== (one === place)) { table.column(`score-${one}:name`).visible(one === place, false); } });
  [least, most].forEach((input) => { input.disabled = place < 0; });
  order.querySelectorAll("[value^=score]").forEach((option) => { option.disabled = place < 0; });
  order.value = place < 0 ? "row-asc" : "score-desc";
  sort();
}

function sort() {
  const [name, way] = order.value.split("-");
  if (way) { table.order([table.column(`${name === "score" ? `score-${score.value}` : name}:name`).index(), way]); }
  filter();
}

table.on("order", () => {
  const [[index, way] = [0, "asc"]] = table.order();
  const name = definitions[index].name.split("-")[0];
  order.value = `${name}-${way}`;
  if (order.selectedIndex < 0) { order.value = ""; }
});

// The row in hand: one row takes the focus (j, k, a click, a link), its neighbours follow from there.
let current = -1;
const applied = () => table.rows({ search: "applied", order: "applied" }).indexes().toArray();

function hold(index, { center = false } = {}) {
  document.querySelectorAll("#rows tr.current").forEach((node) => { node.classList.remove("current"); node.tabIndex = -1; });
  current = index;
  const node = table.row(index).node();
  node.classList.add("current");
  node.tabIndex = 0;
  if (document.activeElement !== node && !node.contains(document.activeElement)) { node.focus({ preventScroll: true }); }
  node.scrollIntoView({ block: center ? "center" : "nearest" });
}

function turnTo(place) {
  const { length } = table.page.info();
  const page = length > 0 ? Math.floor(place / length) : 0;
  if (page !== table.page()) { turning = true; table.page(page).draw("page"); turning = false; }
}

function step(by) {
  const list = applied();
  if (!list.length) { return; }
  const place = list.indexOf(current);
  const next = place < 0 ? table.page.info().start : Math.min(list.length - 1, Math.max(0, place + by));
  turnTo(next);
  hold(list[next]);
}

function toggle(index) {
  const row = table.row(index);
  if (row.child.isShown()) { row.child.remove(); } else { row.child(scoresOf(index), "child").show(); }
  row.node().querySelector("button").setAttribute("aria-expanded", String(row.child.isShown()));
}

function follow() {
  const [, state] = /^#rows-(\w+)$/.exec(location.hash) || [];
  if (state && state in WORDS) { narrow(decision, state); }
  const [, kind, number] = /^#(row|check|label)-(\d+)$/.exec(location.hash) || [];
  if (!kind) { return; }
  const index = Number(number) - 1;
  if (kind === "row" && index < rows.length) {
    if (!applied().includes(index)) { clear(); }
    turnTo(applied().indexOf(index));
    hold(index, { center: true });
  } else if (kind !== "row") {
    narrow(kind === "check" ? check : label, String(index));
  }
}

function narrow(select, value) {
  clear();
  select.value = value;
  filter();
  at("rows-title").scrollIntoView();
  select.focus({ preventScroll: true });
}

// What a person does.
let turning = false;
table.on("page", () => { if (!turning) { at("rows-title").scrollIntoView(); } });
table.on("draw", () => { if (current >= 0) { table.row(current).node()?.classList.add("current"); } });
at("rows").addEventListener("focusin", (event) => {
  const node = event.target.closest("tr[data-at]");
  if (node && Number(node.dataset.at) !== current) { hold(Number(node.dataset.at)); }
});
[text, least, most].forEach((tool) => tool.addEventListener("input", () => filter()));
[decision, check, label, method].forEach((tool) => tool?.addEventListener("change", () => filter()));
score.addEventListener("change", showScore);
order.addEventListener("change", sort);
tools.addEventListener("submit", (event) => event.preventDefault());
at("clear").addEventListener("click", () => { clear(); text.focus(); });
window.addEventListener("hashchange", follow);
document.addEventListener("click", (event) => { if (event.target.closest?.("a")?.hash === location.hash && location.hash) { setTimeout(follow); } });

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || at("help").open) { return; }
  const typing = target.matches("input, select, textarea");
  const act = {
    j: () => step(1), k: () => step(-1), "/": () => { text.focus(); text.select(); }, "?": () => at("help").showModal(),
    Enter: target.matches("tr[data-at]") ? () => toggle(Number(target.dataset.at)) : undefined,
    Escape: typing ? () => { target.blur(); step(0); } : current >= 0 && table.row(current).child.isShown() ? () => { toggle(current); hold(current); } : undefined,
  }[key];
  if (act && (!typing || key === "Escape")) { event.preventDefault(); act(); }
});

// On paper stand all rows that fit the filters, and everything folded is open.
let paper;
window.addEventListener("beforeprint", () => {
  if (paper) { return; }
  paper = { length: table.page.len(), page: table.page(), folded: [...document.querySelectorAll("details:not([open])")] };
  paper.folded.forEach((one) => { one.open = true; });
  table.page.len(-1).draw(false);
});
window.addEventListener("afterprint", () => {
  if (!paper) { return; }
  paper.folded.forEach((one) => { one.open = false; });
  table.page.len(paper.length).page(paper.page).draw("page");
  paper = undefined;
});

const tally = (list, each) => { const found = new Array(list.length).fill(0); rows.forEach((row) => each(row).forEach((one) => { found[one] += 1; })); return found; };
function offer(select, names, numbers) {
  names.forEach((name, place) => select?.append(make("option", numbers ? `${name} (${count(numbers[place])})` : name, { value: String(place) })));
}
offer(check, checks, tally(checks, (row) => row[FAILED]));
offer(label, labels, tally(labels, (row) => [row[LABEL]]));
offer(method, methods, tally(methods, (row) => row[METHODS]));
offer(score, scores);
const ready = (from) => requestIdleCallback((time) => {
  let index = from;
  while (index < rows.length && (time.timeRemaining() > 2 || time.didTimeout)) { heap(rows[index], index); index += 1; }
  if (index < rows.length) { ready(index); }
}, { timeout: 1000 });
ready(0);
tools.hidden = at("rows").hidden = false;
filter();
follow();
