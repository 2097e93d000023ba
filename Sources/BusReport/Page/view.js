// What stretch of time is looked at, and how times and places on the screen belong together.

class View {
  constructor(events, changed) {
    this.events = events;
    this.changed = changed;
    this.left = 120;
    this.width = 800;
    const span = Math.max(1e6, events.end - events.from);
    this.least = 100e3;
    this.most = span * 1.04;
    this.from = events.from - span * 0.02;
    this.span = this.most;
    this.selected = -1;
    this.hovered = -1;
    this.lane = 0;
    this.flight = null;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** Nanoseconds a pixel. */
  get scale() {
    return this.span / this.width;
  }

  x(time) {
    return this.left + (time - this.from) / this.scale;
  }

  time(x) {
    return this.from + (x - this.left) * this.scale;
  }

  show(from, span) {
    const whole = this.most;
    this.span = Math.min(whole, Math.max(this.least, span));
    const margin = Math.min(this.span * 0.5, whole);
    const first = this.events.from - margin;
    const last = Math.max(first, this.events.end + margin - this.span);
    this.from = Math.min(last, Math.max(first, from));
    if (this.span >= whole * 0.999) this.from = this.events.from - (this.span - (this.events.end - this.events.from)) / 2;
    this.changed();
  }

  /** Moves by a share of what is seen. */
  pan(share) {
    this.flight = null;
    this.show(this.from + this.span * share, this.span);
  }

  /** Zooms so that what is at `x` stays there. */
  zoom(factor, x = this.left + this.width / 2) {
    this.flight = null;
    const span = Math.min(this.most, Math.max(this.least, this.span * factor));
    const place = Math.min(1, Math.max(0, (x - this.left) / this.width));
    this.show(this.from + (this.span - span) * place, span);
  }

  all() {
    this.fly(this.events.from - this.most * 0.02, this.most);
  }

  /** Goes there within a few frames, or at once for those who want no motion. */
  fly(from, span) {
    if (this.calm) return this.show(from, span);
    const begin = { from: this.from, span: this.span, at: performance.now() };
    const flight = { to: null };
    this.flight = flight;
    const step = (now) => {
      if (this.flight !== flight) return;
      const part = Math.min(1, Math.max(0, (now - begin.at) / 260));
      const eased = 1 - Math.pow(1 - part, 3);
      // The span changes by the same factor in each frame, which the eye takes for even motion.
      const next = begin.span * Math.pow(span / begin.span, eased);
      const share = span === begin.span ? eased : (next - begin.span) / (span - begin.span);
      this.show(begin.from + (from - begin.from) * share, next);
      if (part < 1) requestAnimationFrame(step);
      else this.flight = null;
    };
    requestAnimationFrame(step);
  }

  /** Shows the event with what it comes from and what comes of it. */
  showChain(i) {
    const chain = this.events.chain(i);
    let from = Infinity;
    let to = -Infinity;
    for (const event of chain) {
      from = Math.min(from, this.events.start[event]);
      to = Math.max(to, this.events.start[event] + this.events.duration[event]);
    }
    this.select(i);
    const seen = this.span < 40 * (to - from) && this.span > 1.15 * (to - from);
    if (seen && from > this.from + this.span * 0.03 && to < this.from + this.span * 0.97) return;
    const span = seen ? this.span : Math.max(50e6, (to - from) * 1.5);
    this.fly((from + to) / 2 - span / 2, span);
  }

  /** Selects, and moves only where the event is out of sight. */
  select(i) {
    this.selected = i;
    if (i >= 0) this.lane = this.events.lane[i];
    this.changed(true);
  }

  reveal(i) {
    this.select(i);
    const start = this.events.start[i];
    if (start < this.from + this.span * 0.04 || start > this.from + this.span * 0.96) {
      this.fly(start - this.span / 2, this.span);
    }
  }
}

/** Seconds with as many decimals as a step of that many nanoseconds needs. */
function secondsText(time, step) {
  const decimals = Math.min(9, Math.max(0, Math.ceil(-Math.log10(step / 1e9) - 1e-9)));
  const seconds = time / 1e9;
  if (Math.abs(seconds) < 600 || decimals > 3) return `${seconds.toFixed(decimals)} s`;
  const whole = Math.floor(Math.abs(seconds));
  const two = (value) => String(value).padStart(2, "0");
  const rest = decimals > 0 ? (Math.abs(seconds) - whole).toFixed(decimals).slice(1) : "";
  const sign = seconds < 0 ? "−" : "";
  return `${sign}${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}${rest}`;
}

/** A length of time with the unit that fits. */
function spanText(nanoseconds) {
  const value = Math.abs(nanoseconds);
  if (value < 1e6) return `${(value / 1e3).toFixed(0)} µs`;
  if (value < 1e8) return `${(value / 1e6).toFixed(1)} ms`;
  if (value < 1e9) return `${(value / 1e6).toFixed(0)} ms`;
  if (value < 12e10) return `${(value / 1e9).toFixed(value < 1e10 ? 2 : 1)} s`;
  if (value < 72e11) return `${(value / 6e10).toFixed(1)} min`;
  return `${(value / 36e11).toFixed(1)} h`;
}

/** 1, 2 or 5 times a power of ten, at least `least`; from ten seconds on what clocks count in. */
function niceStep(least) {
  const clock = [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400];
  if (least > 5e9) return (clock.find((seconds) => seconds * 1e9 >= least) || Math.ceil(least / 864e11) * 86400) * 1e9;
  const power = Math.pow(10, Math.floor(Math.log10(least)));
  for (const factor of [1, 2, 5]) if (power * factor >= least) return power * factor;
  return power * 10;
}
