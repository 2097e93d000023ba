// What is known of the selected event, in words. All text goes in as text, never as markup.

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** Sixteen bytes a line, as hex. */
function hexText(bytes, size) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 16) {
    lines.push(Array.from(bytes.subarray(at, at + 16), (byte) => byte.toString(16).padStart(2, "0")).join(" "));
  }
  if (size > bytes.length) lines.push(`… ${size - bytes.length} more`);
  return lines.join("\n");
}

/** Who it is, for a reader. */
function actText(events, i) {
  const name = events.laneName(i);
  switch (events.kind[i]) {
    case Kind.damage:
      return `damage, ${name}`;
    case Kind.write:
      return "The phone writes";
    case Kind.notification:
      return events.asked[i] === 2 ? "The phone receives, unasked" : "The phone receives";
    default:
      return `${name} sends`;
  }
}

class Details {
  constructor(view, place) {
    this.view = view;
    this.events = view.events;
    this.place = place;
    this.shown = -2;
  }

  update() {
    if (this.shown === this.view.selected) return;
    this.shown = this.view.selected;
    this.place.replaceChildren();
    if (this.shown < 0) {
      this.place.append(make("p", "note", "Choose a message in the time line to see what it is and where it comes from."));
      return;
    }
    this.place.append(this.story(this.shown), this.facts(this.shown));
  }

  /** The chain of causes as a list to walk along. */
  story(selected) {
    const { events } = this;
    const box = make("div", "chain");
    const chain = events.chain(selected);
    box.append(make("h3", "", chain.length > 1 ? "What led to what" : "What it says"));
    const list = make("ol");
    for (const i of chain) {
      const item = make("li", `origin${Math.min(events.origin[i], 7)}`);
      const button = make("button");
      button.type = "button";
      if (i === selected) button.setAttribute("aria-current", "true");
      const parent = events.parent[i];
      const when = parent < 0
        ? secondsText(events.start[i], 1e3)
        : `${spanText(events.start[i] - events.start[parent] - events.duration[parent])} later`;
      button.append(
        make("span", "when", when), make("span", "who", actText(events, i)),
        make("span", "label", events.describe(i).label));
      button.addEventListener("click", () => this.view.reveal(i));
      item.append(button);
      list.append(item);
    }
    const ending = this.ending(chain[0]);
    if (ending) list.append(make("li", "ending", `Here it broke off: ${ending}`));
    box.append(list);
    return box;
  }

  /** Why nothing came of what the phone wrote; empty where something did. */
  ending(i) {
    const { header, outcome } = this.events;
    return outcome[i] > 0 && header.broken[outcome[i] - 1] ? header.outcomes[outcome[i] - 1] : "";
  }

  facts(i) {
    const { events } = this;
    const what = events.describe(i);
    const box = make("div", "facts");
    box.append(make("h3", "", "The chosen message"));
    const list = make("dl");
    const row = (name, ...content) => {
      const value = make("dd");
      value.append(...content);
      list.append(make("dt", "", name), value);
    };
    if (events.kind[i] === Kind.frame) {
      const share = events.confidence[i] / 255;
      // An injector's own frame: nobody in the scooter asked for it.
      const isFree = events.origin[i] >= Origin.injector && events.parent[i] < 0 && events.firstChild[i] >= 0;
      const meter = make("meter");
      meter.min = 0;
      meter.max = 1;
      meter.value = share;
      meter.setAttribute("aria-label", "confidence");
      row("Sent by", `${events.laneName(i)} `, meter, ` ${Math.min(99, Math.round(share * 100))} % sure`);
      row("Why", isFree ? "of its own accord: nobody in the scooter asked it to" : events.header.causes[events.cause[i]]);
    }
    if (events.asked[i] > 0) row("Asked for", events.asked[i] === 1 ? "yes, by the phone" : "no: the phone never asked");
    if (events.outcome[i] > 0) row("What came of it", events.header.outcomes[events.outcome[i] - 1]);
    if (what.evidence) row("Evidence", what.evidence);
    row("Time", secondsText(events.start[i], 1e3));
    if (events.duration[i] > 0) row("On the wire", spanText(events.duration[i]));
    row(what.size === 1 ? "1 byte" : `${what.size} bytes`, make("code", "", hexText(what.bytes, what.size) || "none"));
    box.append(list);
    return box;
  }
}
