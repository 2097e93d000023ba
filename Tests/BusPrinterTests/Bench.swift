import BusTimeline
import NinebotBus

@testable import BusPrinter

/// A profile with one kind of frame, `ble>esc 65`, whose payload has the fields of a test, and what printers make of it.
struct Bench {
  let profile: Profile

  init(_ fields: [ProfileDescription.FieldText], size: Int) {
    var description = ProfileDescription()
    description.addresses[.escBle] = [0x20: .init(from: .ble, to: .esc)]
    description.commands[0x65] = .init(name: "test", kind: .push)
    description.layouts = [.init(command: 0x65, payload: UInt8(size), fields: fields)]
    profile = Profile(description)
  }

  /// One field that fills the whole payload.
  init(_ field: Field, unit: String = "", dispute: String = "", values: [Int64: String] = [:]) {
    var text = ProfileDescription.FieldText(field, name: "value")
    text.unit = unit
    text.dispute = dispute
    text.values = values
    self.init([text], size: Int(field.size))
  }

  /// The sound frame with this payload.
  static func frame(_ payload: [UInt8]) throws -> [UInt8] { try Frame(to: 0x20, 0x65, 0, payload).encoded() }

  /// What the decoder and the profile make of bytes, as printers get it.
  private func rows(_ bytes: [UInt8], at start: Int64, finding: Finding?) -> [(AttributedEvent, [UInt8])] {
    var decoder = FrameDecoder()
    let times = bytes.indices.map { ByteTime(start: TimeBounds(start + Int64($0) * 94_300)) }
    decoder.push(bytes.span, times: times.span)
    var rows = collect(decoder, finding)
    decoder.finish()
    rows += collect(decoder, finding)
    return rows
  }

  private func collect(_ decoder: FrameDecoder, _ finding: Finding?) -> [(AttributedEvent, [UInt8])] {
    decoder.events.map { event in
      let own = Array(decoder.buffer[event.range])
      let reading = event.kind == .frame ? profile.read(own.span) : nil
      return (AttributedEvent(tap: 0, event: event, reading: reading, finding: finding), own)
    }
  }

  func lines(
    _ bytes: [UInt8], layout: TextLineWriter.Layout = .init(), coloured: Bool = false, at start: Int64 = 0,
    finding: Finding? = nil
  ) -> String {
    var writer = TextLineWriter(
      profile: profile, taps: ["bus0"], origin: 0, layout: layout, style: Style(coloured: coloured))
    var out = TextBuffer()
    for (row, own) in rows(bytes, at: start, finding: finding) { writer.append(row, bytes: own.span, to: &out) }
    return String(decoding: out.bytes, as: UTF8.self)
  }

  func jsonLines(_ bytes: [UInt8], finding: Finding? = nil) -> String {
    let writer = JsonLineWriter(profile: profile, taps: ["bus0"])
    var out = TextBuffer()
    for (row, own) in rows(bytes, at: 0, finding: finding) { writer.append(row, bytes: own.span, to: &out) }
    return String(decoding: out.bytes, as: UTF8.self)
  }

  /// The text of the fields alone.
  func text(_ payload: [UInt8]) throws -> String {
    let line = lines(try Self.frame(payload), layout: .init(time: .none))
    guard let start = line.firstRange(of: "test")?.upperBound, let end = line.firstRange(of: " ; ")?.lowerBound else {
      return line
    }
    return String(line[start..<end].drop { $0 == " " })
  }

  /// The `fields` object of the JSON line.
  func json(_ payload: [UInt8]) throws -> String {
    let line = jsonLines(try Self.frame(payload))
    guard let start = line.firstRange(of: "\"fields\":")?.upperBound, let end = line[start...].firstIndex(of: "}")
    else {
      return line
    }
    return String(line[start...end])
  }
}
