// What the pictures of the editor share: the grid, and elements of SVG.

const SVG = "http://www.w3.org/2000/svg";
export const GRID = 4.8; // pixels: half the pitch of a pin header
export const DRAG_FROM = 4; // pixels on the screen: less is a click

export function draw(tag, attributes = {}) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** A coordinate on the grid, as files have it. */
export function snap(value) {
  return Number((Math.round(value / GRID) * GRID).toFixed(2));
}

/** The place on the canvas of a place on the screen. */
export function placeOf(svg, event) {
  const { x, y } = new DOMPoint(event.clientX, event.clientY)
    .matrixTransform(svg.getScreenCTM().inverse());
  return { x, y };
}

export function isFar(event, [x, y]) {
  return Math.hypot(event.clientX - x, event.clientY - y) >= DRAG_FROM;
}
