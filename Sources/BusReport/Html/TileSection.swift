import BusTimeline

/// The numbers, one tile each.
struct TileSection {
  let diagnosis: Diagnosis

  private struct Tile {
    var name: String
    var value: String
    var note: String
    var isAlarm = false
  }

  func write(to page: inout PageText) {
    let tiles = tiles
    guard !tiles.isEmpty else { return }
    page.raw(
      "<section aria-labelledby=\"numbers-title\">\n<h2 id=\"numbers-title\">In numbers</h2>\n<dl class=\"tiles\">\n")
    for tile in tiles {
      page.raw("<div\(tile.isAlarm ? " class=\"alarm\"" : "")>")
      page.element("dt", tile.name)
      page.raw("<dd>")
      page.element("strong", tile.value)
      page.raw(" ")
      page.element("span", tile.note)
      page.raw("</dd></div>\n")
    }
    page.raw("</dl>\n")
    if !diagnosis.remarks.isEmpty {
      page.raw("<ul class=\"remarks\">")
      for remark in diagnosis.remarks { page.element("li", remark) }
      page.raw("</ul>\n")
    }
    page.raw("</section>\n")
  }

  private var tiles: [Tile] {
    var tiles: [Tile] = []
    if let notifications = diagnosis.notifications {
      let share = Double(notifications.unsolicited) / Double(max(1, notifications.total - notifications.unreadable))
      tiles.append(
        Tile(
          name: "The phone had not asked", value: Words.percent(share),
          note: "\(Words.count(notifications.unsolicited)) of \(Words.some(notifications.total, "message"))"
            + (diagnosis.notificationDoubt == nil ? "" : ", by its log alone"),
          isAlarm: notifications.unsolicited > 0))
    }
    for injector in diagnosis.injectors { tiles += Self.tiles(of: injector) }
    if let wire = diagnosis.wire { tiles += Self.tiles(of: wire, injects: !diagnosis.injectors.isEmpty) }
    if diagnosis.phoneReads.count > 0 {
      tiles.append(
        Tile(
          name: "Answer to the phone", value: Words.time(diagnosis.phoneReads.median),
          note: "or less for half of them, on the wire; 19 of 20 within \(Words.time(diagnosis.phoneReads.p95))"))
    }
    return tiles
  }

  private static func tiles(of injector: Diagnosis.Injector) -> [Tile] {
    let (name, sure) = (injector.sender.name, "\(Words.percent(injector.confidence)) sure")
    var tiles: [Tile] = []
    if !injector.writes.isEmpty {
      let count = injector.writes.reduce(0) { $0 + $1.requests }
      let what = injector.writes.prefix(3).map(\.title).joined(separator: ", ")
      tiles.append(
        Tile(name: "Settings written by \(name)", value: Words.count(count), note: "\(what), \(sure)", isAlarm: true))
    }
    if injector.questions > 0 {
      tiles.append(
        Tile(
          name: "Questions of \(name)", value: "\(Words.decimal(injector.questionsPerSecond, 1)) /s",
          note: "\(Words.count(injector.questions)) in all, \(sure)", isAlarm: true))
    } else if injector.forgedFrames > 0 {
      tiles.append(
        Tile(
          name: "Frames of \(name)", value: Words.count(injector.forgedFrames), note: "in another's name, \(sure)",
          isAlarm: true))
    }
    return tiles
  }

  private static func tiles(of wire: Diagnosis.Wire, injects: Bool) -> [Tile] {
    var tiles = [
      Tile(name: "Frames", value: Words.count(wire.frames), note: "in \(Words.time(wire.duration))")
    ]
    if let load = wire.load {
      let without = Words.percent(wire.loadWithoutInjectors ?? load)
      tiles.insert(
        Tile(
          name: "Wire in use", value: Words.percent(load),
          note: injects ? "\(without) without what is injected" : "of the time"), at: 0)
    }
    let spoiled = wire.badChecksums + wire.lineErrors
    let collisions = (wire.collisions > 0 ? "at least " : "") + Words.some(wire.collisions, "collision")
    tiles.append(
      Tile(
        name: "Spoiled", value: Words.count(spoiled),
        note: "\(collisions), \(Words.some(wire.garbageBytes, "stray byte"))"))
    tiles.append(
      Tile(name: "Never answered", value: Words.count(wire.unansweredRequests), note: "requests on the wire"))
    for error in wire.escErrors.prefix(2) {
      tiles.append(
        Tile(
          name: "Error on the display", value: "\(error.code)",
          note: "\(error.name), \(Words.some(error.count, "time"))", isAlarm: true))
    }
    return tiles
  }
}
