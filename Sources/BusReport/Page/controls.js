// Hands on the keyboard, the mouse and the glass; and the start of it all.

class Controls {
  constructor(view, drawing, hint) {
    this.view = view;
    this.events = view.events;
    this.drawing = drawing;
    this.hint = hint;
    this.pointers = new Map();
    this.listenToKeys(drawing.canvas);
    this.listenToPointers(drawing.canvas);
    this.listenToWheel(drawing.canvas);
    this.listenToMap(drawing.map.canvas);
  }

  /** What a key or a button does. */
  act(what) {
    const { view, events } = this;
    switch (what) {
      case "in": return view.zoom(0.5);
      case "out": return view.zoom(2);
      case "all": return view.all();
      case "left": return view.pan(-0.12);
      case "right": return view.pan(0.12);
      case "start": return view.fly(events.from - view.span * 0.02, view.span);
      case "end": return view.fly(events.end - view.span * 0.98, view.span);
      case "up": return this.changeLane(-1);
      case "down": return this.changeLane(1);
      case "next": return this.step(1);
      case "previous": return this.step(-1);
      case "after": return this.jump(1);
      case "before": return this.jump(-1);
      case "cause": return view.selected >= 0 && events.parent[view.selected] >= 0
        ? view.reveal(events.parent[view.selected]) : undefined;
      case "focus": return view.selected >= 0 ? view.showChain(view.selected) : undefined;
      case "example": return events.header.example >= 0 ? view.showChain(events.header.example) : undefined;
      case "none": return view.select(-1);
    }
  }

  changeLane(step) {
    const { view } = this;
    view.lane = Math.min(this.drawing.laneCount - 1, Math.max(0, view.lane + step));
    const lane = this.events.lanes[view.lane];
    if (lane.events.length === 0) return view.changed();
    const wanted = view.selected >= 0 ? this.events.start[view.selected] : view.from + view.span / 2;
    const place = Math.min(lane.events.length - 1, lowerBound(lane.starts, wanted));
    const keep = view.lane;
    view.reveal(lane.events[place]);
    view.lane = keep;
  }

  /** To the next or previous event of the lane. */
  step(direction) {
    const { view } = this;
    const lane = this.events.lanes[view.lane];
    if (lane.events.length === 0) return;
    const selected = view.selected >= 0 && this.events.lane[view.selected] === view.lane;
    let place = lowerBound(lane.starts, selected ? this.events.start[view.selected] : view.from);
    if (selected) {
      while (lane.events[place] !== view.selected && place + 1 < lane.events.length) place++;
      place += direction;
    }
    if (place >= 0 && place < lane.events.length) view.reveal(lane.events[place]);
  }

  jump(direction) {
    const { view, events } = this;
    let from = view.selected;
    if (from < 0) from = lowerBound(events.start, view.from + view.span / 2) - (direction > 0 ? 1 : 0);
    const found = events.notableFrom(from, direction);
    if (found < 0) return;
    view.showChain(found);
  }

  listenToKeys(canvas) {
    const keys = {
      ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", "+": "in", "=": "in", "-": "out",
      0: "all", Home: "start", End: "end", ",": "previous", ".": "next", n: "after", p: "before", c: "cause",
      e: "example", Enter: "focus", " ": "focus", Escape: "none",
    };
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const what = keys[event.key];
      if (!what) return;
      event.preventDefault();
      this.act(what);
    });
    for (const kind of ["focus", "blur"]) canvas.addEventListener(kind, () => this.view.changed());
  }

  /** Drag moves, two fingers zoom, a click selects. */
  listenToPointers(canvas) {
    const { view, drawing } = this;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, event.offsetX);
      this.moved = 0;
      view.flight = null;
    });
    canvas.addEventListener("pointermove", (event) => {
      const before = this.pointers.get(event.pointerId);
      if (before === undefined) return this.point(event);
      const others = [...this.pointers.entries()].filter(([id]) => id !== event.pointerId);
      this.pointers.set(event.pointerId, event.offsetX);
      this.moved += Math.abs(event.offsetX - before);
      if (others.length > 0) {
        const still = others[0][1];
        const [was, is] = [Math.abs(before - still), Math.abs(event.offsetX - still)];
        if (was > 4 && is > 4) view.zoom(was / is, still);
      } else if (this.moved > 3) {
        this.hint.hidden = true;
        view.show(view.from - (event.offsetX - before) * view.scale, view.span);
      }
    });
    const release = (event) => {
      const wasDown = this.pointers.delete(event.pointerId);
      if (!wasDown || event.type !== "pointerup" || this.moved > 3) return;
      const found = drawing.hit(event.offsetX, event.offsetY);
      view.select(found);
    };
    canvas.addEventListener("pointerup", release);
    canvas.addEventListener("pointercancel", release);
    canvas.addEventListener("dblclick", (event) => view.zoom(0.25, event.offsetX));
    canvas.addEventListener("pointerleave", () => this.point(null));
  }

  point(event) {
    const { view, drawing, hint } = this;
    const found = event ? drawing.hit(event.offsetX, event.offsetY) : -1;
    if (found === view.hovered && found < 0) return;
    view.hovered = found;
    hint.hidden = found < 0;
    if (found >= 0) {
      hint.replaceChildren(
        make("b", "", actText(this.events, found)), make("span", "", this.events.describe(found).label));
      const room = drawing.width - hint.offsetWidth - 8;
      hint.style.left = `${Math.max(8, Math.min(room, event.offsetX + 14))}px`;
      hint.style.top = `${event.offsetY + 18}px`;
    }
    view.changed();
  }

  /** The wheel zooms once the time line has the focus, so that scrolling the page is never caught. */
  listenToWheel(canvas) {
    canvas.addEventListener("wheel", (event) => {
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (!event.ctrlKey && !sideways && !event.shiftKey && document.activeElement !== canvas) return;
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 16 : 1;
      if (sideways || event.shiftKey) this.view.pan(((event.deltaX || event.deltaY) * unit) / this.view.width);
      else this.view.zoom(Math.exp(event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0025)), event.offsetX);
    }, { passive: false });
  }

  listenToMap(map) {
    const { view, drawing } = this;
    const go = (event) => {
      view.flight = null;
      view.show(drawing.map.time(event.offsetX) - view.span / 2, view.span);
    };
    map.addEventListener("pointerdown", (event) => {
      map.setPointerCapture(event.pointerId);
      go(event);
    });
    map.addEventListener("pointermove", (event) => {
      if (map.hasPointerCapture(event.pointerId)) go(event);
    });
  }
}

function start() {
  const live = document.querySelector(".live");
  if (!live) return;
  const events = Events.load();
  if (events.count === 0) return;
  live.hidden = false;
  document.documentElement.classList.add("alive");
  const canvas = live.querySelector(".lanes");
  let isAsked = false;
  let drawing = null;
  let details = null;
  const range = live.querySelector(".range");
  const paint = () => {
    isAsked = false;
    drawing.draw();
    details.update();
    range.textContent = `${spanText(view.span)} from ${secondsText(view.from, view.span / 100)}`;
    canvas.dataset.from = view.from.toFixed(0);
    canvas.dataset.span = view.span.toFixed(0);
    canvas.dataset.selected = view.selected;
  };
  const view = new View(events, () => {
    if (isAsked || !drawing) return;
    isAsked = true;
    requestAnimationFrame(paint);
  });
  drawing = new Drawing(view, canvas, live.querySelector(".map"));
  details = new Details(view, live.querySelector(".details"));
  const controls = new Controls(view, drawing, live.querySelector(".hint"));
  for (const button of live.querySelectorAll("[data-do]")) {
    const what = button.dataset.do;
    if (what === "example" && events.header.example < 0) button.remove();
    else if ((what === "before" || what === "after") && events.notableFrom(-1, 1) < 0) button.remove();
    else if (!events.hasInjected && what === "before") button.textContent = "‹ Damaged";
    else if (!events.hasInjected && what === "after") button.textContent = "Damaged ›";
    button.addEventListener("click", () => controls.act(what));
  }
  drawing.resize();
  new ResizeObserver(() => {
    // On paper the time line has no width: the still picture stands in for it.
    if (canvas.parentElement.clientWidth === 0) return;
    drawing.resize();
    paint();
  }).observe(canvas.parentElement);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    drawing.restyle();
    paint();
  });
  if (events.header.example >= 0) {
    const calm = view.calm;
    view.calm = true;
    view.showChain(events.header.example);
    view.calm = calm;
  }
  paint();
}

start();
