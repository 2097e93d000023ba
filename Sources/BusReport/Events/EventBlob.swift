import BusTimeline
import CaptureFiles

/// The items of the time line as the page's script reads them: a JSON block with what belongs to all, and a base64
/// block of records with what belongs to each.
///
/// A record: nanoseconds since the record before (zigzag), duration (varint), lane, flags, origin, cause, confidence
/// (1/255), how many records back its cause is (zigzag; 0 for none), length of the rest (varint); the rest: label and
/// evidence (`TextTable`), bytes in all (varint), bytes. Flags: bits 0-1 kind, 2 asked for, 3 not asked for, 4 notable,
/// 5-7 one more than the outcome of what the phone wrote.
struct EventBlob {
  let items: [TimelineItem]
  let lanes: LaneOrder
  let total: Int

  /// Bytes of one item that are stored; the longest frame has 261.
  private static let mostBytes = 300
  /// Bytes a line of base64: a multiple of 3, so that each line stands alone.
  private static let lineBytes = 49_152

  func write(into sink: inout some ByteSink) throws(OutputError) {
    var texts = TextTable()
    var causes: [Cause: Int] = [:]
    var origins: [Origin] = []
    origins.reserveCapacity(items.count)
    var size = 0
    var pending: [UInt8] = []
    var last = items.first?.start ?? 0
    try put("<script type=\"text/plain\" id=\"events\">\n", into: &sink)
    for (index, item) in items.enumerated() {
      let parent = item.causedBy.flatMap { $0 < index ? origins[$0] : nil }
      let origin = Origin(of: item, parent: parent, lanes: lanes)
      origins.append(origin)
      let cause = causes[item.cause] ?? causes.count
      causes[item.cause] = cause
      pending.append(zigzag: item.start &- last)
      last = item.start
      append(item, origin, cause: cause, back: item.causedBy.map { index - $0 } ?? 0, &texts, to: &pending)
      while pending.count >= Self.lineBytes {
        size += Self.lineBytes
        try line(Array(pending[..<Self.lineBytes]), into: &sink)
        pending.removeFirst(Self.lineBytes)
      }
    }
    size += pending.count
    try line(pending, into: &sink)
    try put("</script>\n", into: &sink)
    try header(size, texts.templates, causes, into: &sink)
  }

  private func append(
    _ item: TimelineItem, _ origin: Origin, cause: Int, back: Int, _ texts: inout TextTable, to out: inout [UInt8]
  ) {
    out.append(varint: UInt64(max(0, item.duration)))
    out.append(UInt8(truncatingIfNeeded: lanes.place(of: item.lane)))
    let isNotable = item.isNotable || origin.code >= 3
    let outcome = item.outcome.map { $0.rawValue + 1 } ?? 0
    out.append(
      item.kind.rawValue | (item.solicited == true ? 4 : 0) | (item.solicited == false ? 8 : 0) | (isNotable ? 16 : 0)
        | outcome << 5)
    out.append(origin.code)
    out.append(UInt8(truncatingIfNeeded: min(255, cause)))
    out.append(UInt8(max(0, min(255, item.confidence.isFinite ? item.confidence * 255 : 0))))
    out.append(zigzag: Int64(back))
    var rest: [UInt8] = []
    texts.encode(item.label, into: &rest)
    texts.encode(item.evidence, into: &rest)
    rest.append(varint: UInt64(item.bytes.count))
    rest.append(contentsOf: item.bytes.prefix(Self.mostBytes))
    out.append(varint: UInt64(rest.count))
    out.append(contentsOf: rest)
  }

  private func header(
    _ size: Int, _ templates: [String], _ causes: [Cause: Int], into sink: inout some ByteSink
  ) throws(OutputError) {
    var json = JsonText()
    json.raw("<script type=\"application/json\" id=\"capture\">\n{\"size\":\(size),\"count\":\(items.count)")
    json.raw(",\"total\":\(total),\"start\":\(items.first?.start ?? 0),\"example\":\(Example.find(in: items) ?? -1)")
    json.raw(",\"lanes\":[")
    for (index, lane) in lanes.lanes.enumerated() {
      let (name, what) = Words.device(lane)
      json.raw(index == 0 ? "{\"name\":" : ",{\"name\":")
      json.string(name)
      json.raw(",\"what\":")
      json.string(what)
      json.raw(lane == .phone ? ",\"air\":true}" : "}")
    }
    json.raw("],\"injectors\":[")
    for (index, injector) in lanes.injectors.enumerated() {
      if index > 0 { json.raw(",") }
      json.string(injector.name)
    }
    json.raw("],\"causes\":[")
    for (index, cause) in causes.sorted(by: { $0.value < $1.value }).enumerated() {
      if index > 0 { json.raw(",") }
      json.string(Words.cause(cause.key))
    }
    json.raw("],\"outcomes\":[")
    for (index, outcome) in CausalChain.Outcome.allCases.enumerated() {
      if index > 0 { json.raw(",") }
      json.string(Words.outcome(outcome))
    }
    json.raw("],\"broken\":[")
    json.raw(CausalChain.Outcome.allCases.map { "\($0.isBroken)" }.joined(separator: ","))
    json.raw("],\"texts\":[\n")
    for (index, template) in templates.enumerated() {
      if index > 0 { json.raw(",\n") }
      json.string(template)
      if json.bytes.count > 65_536 { try json.drain(into: &sink) }
    }
    json.raw("]}\n</script>\n")
    try json.drain(into: &sink)
  }

  private func line(_ bytes: [UInt8], into sink: inout some ByteSink) throws(OutputError) {
    guard !bytes.isEmpty else { return }
    var encoder = Base64Encoder()
    encoder.append(bytes.span)
    encoder.finish()
    var text = encoder.takeText()
    text.append(UInt8(ascii: "\n"))
    try sink.write(text.span)
  }

  private func put(_ markup: String, into sink: inout some ByteSink) throws(OutputError) {
    try sink.write(Array(markup.utf8).span)
  }
}

/// What the page shows first: one whole story, from an injector's request to the message that nobody asked for.
enum Example {
  /// The message to select; nil where nothing is worth it.
  static func find(in items: [TimelineItem]) -> Int? {
    var answer: Int?
    for (index, item) in items.enumerated() where item.injector != nil || item.solicited == false {
      guard let cause = item.causedBy, items.indices.contains(cause) else { continue }
      if item.solicited == false, items[cause].causedBy != nil, index > items.count / 20 { return index }
      answer = answer ?? index
    }
    return answer
  }
}
