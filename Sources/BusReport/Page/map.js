// The whole capture in a strip, with a window on what is seen.

/** Makes a canvas as large as it is shown, in the screen's own dots. */
function fit(canvas, width, height, dots) {
  canvas.width = Math.round(width * dots);
  canvas.height = Math.round(height * dots);
  canvas.style.height = `${height}px`;
}

class MapStrip {
  constructor(view, canvas) {
    this.view = view;
    this.events = view.events;
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.picture = document.createElement("canvas");
    this.isOld = true;
  }

  restyle(colours) {
    this.colours = colours;
    this.isOld = true;
  }

  resize(width, dots) {
    this.width = width;
    this.dots = dots;
    fit(this.canvas, width, Size.map, dots);
    this.isOld = true;
  }

  draw() {
    if (this.isOld) this.paint();
    const { context, view, colours } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.picture, 0, 0);
    context.setTransform(this.dots, 0, 0, this.dots, 0, 0);
    const x1 = this.x(view.from);
    const x2 = Math.max(x1 + 3, this.x(view.from + view.span));
    context.globalAlpha = 0.72;
    context.fillStyle = colours.paper;
    context.fillRect(0, 0, x1, Size.map);
    context.fillRect(x2, 0, this.width - x2, Size.map);
    context.globalAlpha = 1;
    context.strokeStyle = colours.ink;
    context.lineWidth = 1.5;
    context.beginPath();
    context.roundRect(x1 + 0.75, 0.75, Math.max(3, x2 - x1 - 1.5), Size.map - 1.5, 4);
    context.stroke();
  }

  x(time) {
    return ((time - this.events.from) / (this.events.end - this.events.from)) * this.width;
  }

  time(x) {
    return this.events.from + (x / this.width) * (this.events.end - this.events.from);
  }

  paint() {
    this.isOld = false;
    const { events, colours } = this;
    this.picture.width = this.canvas.width;
    this.picture.height = this.canvas.height;
    const context = this.picture.getContext("2d", { alpha: false });
    context.setTransform(this.dots, 0, 0, this.dots, 0, 0);
    context.fillStyle = colours.stripe;
    context.fillRect(0, 0, this.width, Size.map);
    const columns = Math.ceil(this.width / Size.column);
    const kinds = colours.origins.length;
    const busy = new Float64Array(columns * kinds);
    for (let i = 0; i < events.count; i++) {
      const column = Math.min(columns - 1, Math.floor(this.x(events.start[i]) / Size.column));
      busy[column * kinds + Math.min(events.origin[i], kinds - 1)] += events.duration[i] || airTime / 4;
    }
    const columnTime = (events.end - events.from) / columns;
    for (let column = 0; column < columns; column++) {
      let y = Size.map - 4;
      let total = 0;
      for (let k = 0; k < kinds; k++) total += busy[column * kinds + k];
      const all = Math.sqrt(Math.min(1, total / columnTime)) * (Size.map - 8);
      for (let k = 0; k < kinds; k++) {
        const origin = kinds - 1 - k;
        const tall = total > 0 ? (all * busy[column * kinds + origin]) / total : 0;
        if (tall === 0) continue;
        context.fillStyle = colours.origins[origin];
        context.fillRect(column * Size.column, y - tall, Size.column, tall);
        y = Math.max(4, y - tall);
      }
    }
  }
}
