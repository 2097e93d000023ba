// The picture: lanes with one shape an event where there is room, else how busy they were.

const Size = { axis: 26, lane: 54, bar: 30, map: 46, column: 2 };
// What a message over the air is taken to last in density pictures, as in LaneDensity.swift.
const airTime = 2e6;

/** Colours of the page's style, read again when it changes. */
function readColours(injectors) {
  const style = getComputedStyle(document.documentElement);
  const get = (name) => style.getPropertyValue(name).trim();
  const origins = [get("--own"), get("--phone"), get("--unknown"), get("--damage"), get("--injector0")];
  for (let i = 0; i < injectors; i++) origins.push(get(`--injector${i % 3}`));
  return {
    origins,
    ink: get("--ink"),
    soft: get("--soft"),
    line: get("--line"),
    paper: get("--card"),
    stripe: get("--stripe"),
    focus: get("--focus"),
  };
}

class Drawing {
  constructor(view, canvas, map) {
    this.view = view;
    this.events = view.events;
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.map = new MapStrip(view, map);
    this.laneCount = this.events.header.lanes.length;
    this.restyle();
  }

  restyle() {
    this.colours = readColours(this.events.header.injectors.length);
    this.font = getComputedStyle(document.body).fontFamily;
    this.map.restyle(this.colours);
  }

  resize() {
    const width = this.canvas.parentElement.clientWidth;
    const height = Size.axis + this.laneCount * Size.lane + 6;
    this.dots = Math.min(3, window.devicePixelRatio || 1);
    this.width = width;
    this.height = height;
    this.view.left = width < 560 ? 0 : 132;
    this.view.width = Math.max(50, width - this.view.left);
    fit(this.canvas, width, height, this.dots);
    this.map.resize(width, this.dots);
  }

  top(lane) {
    return Size.axis + lane * Size.lane;
  }

  draw() {
    const { context, view, colours } = this;
    context.setTransform(this.dots, 0, 0, this.dots, 0, 0);
    context.fillStyle = colours.paper;
    context.fillRect(0, 0, this.width, this.height);
    for (let lane = 0; lane < this.laneCount; lane += 2) {
      context.fillStyle = colours.stripe;
      context.fillRect(0, this.top(lane), this.width, Size.lane);
    }
    this.axis();
    context.save();
    context.beginPath();
    context.rect(view.left, 0, view.width, this.height);
    context.clip();
    this.single = 0;
    for (let lane = 0; lane < this.laneCount; lane++) this.drawLane(lane);
    this.arrows();
    this.mark(view.hovered, 1.5);
    this.mark(view.selected, 2.5);
    context.restore();
    this.names();
    this.map.draw();
  }

  axis() {
    const { context, view, colours } = this;
    const step = niceStep(view.scale * 110);
    context.font = `12px ${this.font}`;
    context.textBaseline = "middle";
    context.textAlign = "left";
    for (let time = Math.ceil(view.from / step) * step; time < view.from + view.span; time += step) {
      const x = Math.round(view.x(time)) + 0.5;
      this.line(x);
      context.fillStyle = colours.soft;
      context.fillText(secondsText(time, step), x + 5, 13);
    }
  }

  line(x) {
    const { context } = this;
    context.strokeStyle = this.colours.line;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, 6);
    context.lineTo(x, this.height - 6);
    context.stroke();
  }

  names() {
    const { context, view, colours } = this;
    context.textAlign = "left";
    if (view.left > 0) {
      context.fillStyle = colours.paper;
      context.fillRect(0, 0, view.left, this.height);
    }
    this.events.header.lanes.forEach((lane, index) => {
      const y = this.top(index);
      if (view.left > 0) {
        if (index % 2 === 0) {
          context.fillStyle = colours.stripe;
          context.fillRect(0, y, view.left, Size.lane);
        }
        context.fillStyle = colours.ink;
        context.font = `600 14px ${this.font}`;
        context.fillText(lane.name, 12, y + 21);
        context.fillStyle = colours.soft;
        context.font = `12px ${this.font}`;
        context.fillText(lane.what, 12, y + 38, view.left - 16);
      } else {
        context.font = `600 11px ${this.font}`;
        context.fillStyle = colours.paper;
        context.globalAlpha = 0.8;
        context.fillRect(2, y + 1, context.measureText(lane.name).width + 8, 14);
        context.globalAlpha = 1;
        context.fillStyle = colours.soft;
        context.fillText(lane.name, 6, y + 8);
      }
      if (index === view.lane && document.activeElement === this.canvas) {
        context.fillStyle = colours.focus;
        context.fillRect(0, y + 4, 3, Size.lane - 8);
      }
    });
    if (view.left > 0) this.line(view.left - 0.5);
  }

  /** The events of a lane that are in sight, as places in its arrays. */
  inSight(lane) {
    const { view } = this;
    const data = this.events.lanes[lane];
    const from = view.left > 0 ? view.from : view.time(0);
    const edge = 8 * view.scale;
    return [
      lowerBound(data.starts, from - Math.min(data.longest, 50e6) - edge),
      lowerBound(data.starts, view.from + view.span + edge),
    ];
  }

  /** Whether there is room for a shape an event: by the lane's mean, so that nothing flickers while it moves. */
  hasRoom(lane, seen) {
    const data = this.events.lanes[lane];
    const mean = (this.events.end - this.events.from) / Math.max(1, data.events.length);
    return seen < 60 || (mean / this.view.scale > 5 && seen < 3000);
  }

  drawLane(lane) {
    const [first, last] = this.inSight(lane);
    if (first >= last) return;
    if (this.hasRoom(lane, last - first)) this.drawSingle(lane, first, last);
    else this.drawBusy(lane, first, last);
  }

  drawSingle(lane, first, last) {
    const { context, view, events, colours } = this;
    const list = events.lanes[lane].events;
    const isAir = events.header.lanes[lane].air === true;
    const middle = this.top(lane) + Size.lane / 2;
    this.single += last - first;
    // Notable ones last, so that they lie on top.
    for (const notable of [0, 1]) {
      for (let place = first; place < last; place++) {
        const i = list[place];
        if (events.notable[i] !== notable) continue;
        const x = view.x(events.start[i]);
        context.fillStyle = colours.origins[events.origin[i]] || colours.origins[4];
        if (isAir) this.airMark(i, x, middle);
        else this.bar(i, x, middle);
      }
    }
  }

  bar(i, x, middle) {
    const { context, view, events } = this;
    const width = Math.max(2, events.duration[i] / view.scale);
    const tall = events.origin[i] === Origin.own ? Size.bar * 0.6 : Size.bar;
    if (events.kind[i] === Kind.damage) {
      context.fillRect(x, middle - 3, width, 6);
      context.fillRect(x, middle - tall / 2, Math.min(2, width), tall);
      return;
    }
    if (width > 8) {
      context.beginPath();
      context.roundRect(x, middle - tall / 2, width, tall, 3);
      context.fill();
    } else {
      context.fillRect(x, middle - tall / 2, width, tall);
    }
    if (width > 70) this.barText(i, x, width, middle);
  }

  barText(i, x, width, middle) {
    const { context, view } = this;
    const left = Math.max(x, view.left) + 6;
    const room = x + width - left - 6;
    if (room < 50) return;
    context.save();
    context.beginPath();
    context.rect(left, middle - 20, room, 40);
    context.clip();
    context.font = `12px ${this.font}`;
    context.textAlign = "left";
    context.fillStyle = this.colours.paper;
    context.fillText(this.events.describe(i).label, left, middle + 1);
    context.restore();
  }

  airMark(i, x, middle) {
    const { context, events } = this;
    const size = 6.5;
    const isWrite = events.kind[i] === Kind.write;
    const tip = isWrite ? middle + size : middle - size;
    const base = isWrite ? middle - size : middle + size;
    context.beginPath();
    context.moveTo(x, tip);
    context.lineTo(x + size, base);
    context.lineTo(x - size, base);
    context.closePath();
    if (events.asked[i] === 2) {
      const colour = context.fillStyle;
      context.fillStyle = this.colours.paper;
      context.fill();
      context.strokeStyle = colour;
      context.lineWidth = 2;
      context.stroke();
    } else {
      context.fill();
    }
  }

  /** How much of each column of time the lane was in use, and for whom; columns stand still in time. */
  drawBusy(lane, first, last) {
    const { context, view, events, colours } = this;
    const columnTime = view.scale * Size.column;
    const firstColumn = Math.floor(view.time(0) / columnTime) - 1;
    const columns = Math.ceil(this.width / Size.column) + 4;
    const kinds = colours.origins.length;
    const busy = this.columns(columns * kinds);
    const isAir = events.header.lanes[lane].air === true;
    const list = events.lanes[lane].events;
    for (let place = first; place < last; place++) {
      const i = list[place];
      const column = Math.floor(events.start[i] / columnTime) - firstColumn;
      if (column < 0 || column >= columns) continue;
      busy[column * kinds + Math.min(events.origin[i], kinds - 1)] += isAir ? airTime : events.duration[i];
    }
    const floor = this.top(lane) + Size.lane - 8;
    const tallest = Size.lane - 16;
    // On whole dots, else columns blur into each other.
    const shift = Math.round(view.x(firstColumn * columnTime) * this.dots) / this.dots;
    const order = [...Array(kinds).keys()].reverse();
    const heights = this.heights(columns);
    for (const origin of order) {
      context.fillStyle = colours.origins[origin];
      for (let column = 0; column < columns; column++) {
        const value = busy[column * kinds + origin];
        if (value === 0) continue;
        let total = 0;
        for (let k = 0; k < kinds; k++) total += busy[column * kinds + k];
        const all = Math.max(3, Math.pow(Math.min(1, total / columnTime), 0.4) * tallest);
        const part = Math.max(1, (all * value) / total);
        context.fillRect(shift + column * Size.column, floor - heights[column] - part, Size.column, part);
        heights[column] += part;
      }
    }
  }

  columns(size) {
    if (!this.columnStore || this.columnStore.length < size) this.columnStore = new Float64Array(size);
    return this.columnStore.fill(0, 0, size);
  }

  heights(size) {
    if (!this.heightStore || this.heightStore.length < size) this.heightStore = new Float32Array(size);
    return this.heightStore.fill(0, 0, size);
  }

  /** Where an arrow leaves or meets an event. */
  anchor(i, isEnd) {
    const { view, events } = this;
    const x = view.x(events.start[i] + (isEnd ? events.duration[i] : 0));
    return [x, this.top(events.lane[i]) + Size.lane / 2];
  }

  arrows() {
    const { view, events } = this;
    if (this.single > 0 && this.single < 400) {
      for (let lane = 0; lane < this.laneCount; lane++) {
        const [first, last] = this.inSight(lane);
        if (!this.hasRoom(lane, last - first)) continue;
        for (let place = first; place < last; place++) {
          const i = events.lanes[lane].events[place];
          if (events.parent[i] >= 0) this.arrow(events.parent[i], i, 1.2, 0.55);
        }
      }
    }
    if (view.selected < 0) return;
    for (const i of events.chain(view.selected)) {
      if (events.parent[i] >= 0) this.arrow(events.parent[i], i, 2.2, 1);
    }
  }

  arrow(from, to, width, alpha) {
    const { context, events, colours } = this;
    const [x1, y1] = this.anchor(from, true);
    const [x2, y2] = this.anchor(to, false);
    const away = Math.sign(y2 - y1);
    const reach = events.header.lanes[events.lane[to]].air ? 9 : Size.bar / 2;
    const startY = y1 + (away * Size.bar) / 2;
    const endY = y2 - away * (reach + 3);
    if (Math.max(x1, x2) < 0 || Math.min(x1, x2) > this.width || away === 0) return;
    const bend = (endY - startY) * 0.5;
    context.globalAlpha = alpha;
    context.strokeStyle = context.fillStyle = colours.origins[events.origin[to]] || colours.soft;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(x1, startY);
    context.bezierCurveTo(x1, startY + bend, x2, endY - bend, x2, endY - away * 4);
    context.stroke();
    context.beginPath();
    context.moveTo(x2, endY);
    context.lineTo(x2 - 4, endY - away * 7);
    context.lineTo(x2 + 4, endY - away * 7);
    context.fill();
    context.globalAlpha = 1;
  }

  mark(i, width) {
    if (i < 0) return;
    const { context, view, events, colours } = this;
    const isAir = events.header.lanes[events.lane[i]].air === true;
    const middle = this.top(events.lane[i]) + Size.lane / 2;
    const x = view.x(events.start[i]);
    const wide = isAir ? 0 : Math.max(2, events.duration[i] / view.scale);
    const side = isAir ? 11 : 3;
    context.strokeStyle = colours.ink;
    context.lineWidth = width;
    context.beginPath();
    context.roundRect(x - side, middle - Size.bar / 2 - 3, wide + 2 * side, Size.bar + 6, 5);
    context.stroke();
  }

  /** The event at a place on the canvas, or -1; the nearest within a few pixels. */
  hit(x, y) {
    const { view, events } = this;
    const lane = Math.floor((y - Size.axis) / Size.lane);
    if (lane < 0 || lane >= this.laneCount || x < view.left) return -1;
    const [first, last] = this.inSight(lane);
    if (!this.hasRoom(lane, last - first)) return -1;
    let best = -1;
    let least = 9;
    for (let place = first; place < last; place++) {
      const i = events.lanes[lane].events[place];
      const from = view.x(events.start[i]);
      const to = from + events.duration[i] / view.scale;
      const distance = x < from ? from - x : x > to ? x - to : 0;
      if (distance < least || (distance === least && events.notable[i])) {
        least = distance;
        best = i;
      }
    }
    return best;
  }
}
