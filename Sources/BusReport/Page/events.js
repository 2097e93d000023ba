"use strict";
// The capture as typed arrays, one entry an event. EventBlob.swift says what the bytes mean.

const Kind = { frame: 0, damage: 1, write: 2, notification: 3 };
const Origin = { own: 0, phone: 1, unknown: 2, damage: 3, unasked: 4, injector: 5 };

/** Base64 of many lines, each of which stands alone. */
function decodeBase64(text, size) {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const line of text.trim().split("\n")) {
    const part = atob(line);
    for (let i = 0; i < part.length; i++) bytes[at++] = part.charCodeAt(i);
  }
  return bytes;
}

/** Reads numbers of seven bits a byte; exact up to 2^53. */
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  number() {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }

  signed() {
    const value = this.number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

/** All events, sorted by start. */
class Events {
  constructor(header, bytes) {
    const count = header.count;
    this.header = header;
    this.bytes = bytes;
    this.count = count;
    this.start = new Float64Array(count);
    this.duration = new Float64Array(count);
    this.lane = new Uint8Array(count);
    this.kind = new Uint8Array(count);
    /** 0 does not apply, 1 asked for, 2 not asked for. */
    this.asked = new Uint8Array(count);
    this.notable = new Uint8Array(count);
    /** One more than the place in the header's outcomes; 0 where none is known. */
    this.outcome = new Uint8Array(count);
    this.origin = new Uint8Array(count);
    this.cause = new Uint8Array(count);
    this.confidence = new Uint8Array(count);
    this.parent = new Int32Array(count).fill(-1);
    this.firstChild = new Int32Array(count).fill(-1);
    this.nextChild = new Int32Array(count).fill(-1);
    this.details = new Uint32Array(count);
    this.read();
    this.link();
    this.sortIntoLanes();
  }

  static load() {
    const header = JSON.parse(document.getElementById("capture").textContent);
    return new Events(header, decodeBase64(document.getElementById("events").textContent, header.size));
  }

  read() {
    const reader = new Reader(this.bytes);
    let time = this.header.start;
    this.end = time + 1;
    for (let i = 0; i < this.count; i++) {
      time += reader.signed();
      this.start[i] = time;
      this.duration[i] = reader.number();
      this.lane[i] = reader.byte();
      const flags = reader.byte();
      this.kind[i] = flags & 3;
      this.asked[i] = (flags >> 2) & 3;
      this.notable[i] = (flags >> 4) & 1;
      this.outcome[i] = flags >> 5;
      this.origin[i] = reader.byte();
      this.cause[i] = reader.byte();
      this.confidence[i] = reader.byte();
      const back = reader.signed();
      if (back !== 0) this.parent[i] = i - back;
      const rest = reader.number();
      this.details[i] = reader.at;
      reader.at += rest;
      this.end = Math.max(this.end, time + this.duration[i]);
    }
    this.from = this.count > 0 ? this.start[0] : 0;
    this.hasInjected = this.origin.some((origin) => origin >= Origin.unasked);
  }

  link() {
    for (let i = this.count - 1; i >= 0; i--) {
      const parent = this.parent[i];
      if (parent < 0 || parent >= this.count) {
        this.parent[i] = -1;
        continue;
      }
      this.nextChild[i] = this.firstChild[parent];
      this.firstChild[parent] = i;
    }
  }

  /** Of each lane its events, and the longest of them. */
  sortIntoLanes() {
    const sizes = new Array(this.header.lanes.length).fill(0);
    for (let i = 0; i < this.count; i++) sizes[this.lane[i]]++;
    this.lanes = sizes.map((size) => ({ events: new Int32Array(size), starts: new Float64Array(size), longest: 0 }));
    const filled = sizes.map(() => 0);
    for (let i = 0; i < this.count; i++) {
      const lane = this.lanes[this.lane[i]];
      const place = filled[this.lane[i]]++;
      lane.events[place] = i;
      lane.starts[place] = this.start[i];
      lane.longest = Math.max(lane.longest, this.duration[i]);
    }
  }

  /** Label, evidence and bytes of one event; made when they are looked at. */
  describe(i) {
    const reader = new Reader(this.bytes, this.details[i]);
    const label = this.text(reader);
    const evidence = this.text(reader);
    const size = reader.number();
    const end = i + 1 < this.count ? reader.at + Math.min(size, 300) : this.bytes.length;
    return { label, evidence, size, bytes: this.bytes.subarray(reader.at, Math.min(end, reader.at + 300)) };
  }

  /** A template with its holes filled; TextTable.swift. */
  text(reader) {
    const template = this.header.texts[reader.number()];
    return template.replace(/\u0001|\u0002[0-9]|\u0003[0-9]/g, (mark) => {
      const radix = mark[0] === "\u0003" ? 16 : 10;
      return reader.number().toString(radix).padStart(mark.length > 1 ? Number(mark[1]) : 1, "0");
    });
  }

  /** Everything that the event comes from, and everything that comes of it, in the order of time. */
  chain(i) {
    let first = i;
    for (let steps = 0; this.parent[first] >= 0 && steps < 16; steps++) first = this.parent[first];
    const found = [];
    const open = [first];
    while (open.length > 0 && found.length < 24) {
      const event = open.shift();
      found.push(event);
      for (let child = this.firstChild[event]; child >= 0; child = this.nextChild[child]) open.push(child);
    }
    return found.sort((a, b) => a - b);
  }

  /** The next event after (or before) one that somebody injected or caused; of damage where nobody injects; or -1. */
  notableFrom(i, step) {
    for (let next = i + step; next >= 0 && next < this.count; next += step) {
      if (this.hasInjected ? this.origin[next] >= Origin.unasked : this.notable[next]) return next;
    }
    return -1;
  }

  laneName(i) {
    return this.header.lanes[this.lane[i]].name;
  }
}

/** The first place in a sorted array whose value is not below `value`. */
function lowerBound(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
