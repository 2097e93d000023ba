public import BusTimeline
public import NinebotBus
public import UartSniffer

/// One JSON object a line, schema 1: keys are stable, a key that does not apply is absent.
public struct JsonLineWriter: Sendable {
  private let frames: JsonFrameWriter
  /// `"tap":"bus0",` for each tap.
  let tapKeys: [[UInt8]]
  /// With them each frame has its votes; empty for none.
  private let explained: [Tap]

  /// - Parameters:
  ///   - profile: what the bytes mean.
  ///   - taps: names, in the order of tap indexes.
  ///   - explained: the taps, where each frame is to have a `votes` object.
  public init(profile: Profile, taps: [String], explained: [Tap] = []) {
    frames = JsonFrameWriter(profile: profile)
    self.explained = explained
    tapKeys = taps.map { name in
      var key = TextBuffer(capacity: 64)
      key.append(",\"tap\":")
      key.append(quoted: name)
      return key.bytes
    }
  }

  public func append(_ row: AttributedEvent, bytes: Span<UInt8>, to out: inout TextBuffer) {
    let event = row.event
    switch event.kind {
    case .frame: out.append("{\"kind\":\"frame\",\"t\":")
    case .garbage: out.append("{\"kind\":\"garbage\",\"t\":")
    case .lineError: out.append("{\"kind\":\"line-error\",\"t\":")
    }
    out.append(seconds: event.start.middle, decimals: 9)
    // What is counted from the baud rate is not known to any bound.
    if let airTime = row.airTime {
      out.append(",\"t_err\":")
      out.append(seconds: event.start.error, decimals: 9)
      out.append(",\"dur\":")
      out.append(seconds: airTime, decimals: 9)
    }
    out.append(tapKeys[row.tap])
    if event.kind == .frame {
      out.append(",\"proto\":\"")
      out.append(event.format.name)
      out.append(UInt8(ascii: "\""))
    } else if event.kind == .lineError {
      out.append(",\"error\":\"")
      out.append(event.fault.name)
      out.append(UInt8(ascii: "\""))
    }
    out.append(",\"hex\":\"")
    out.append(hex: bytes)
    out.append(UInt8(ascii: "\""))
    if event.kind == .frame {
      out.append(event.checksumHolds ? ",\"ok\":true" : ",\"ok\":false")
      if event.fault != .none {
        out.append(",\"error\":\"")
        out.append(event.fault.name)
        out.append(UInt8(ascii: "\""))
      }
    }
    if let reading = row.reading { frames.append(reading, bytes, to: &out) }
    if let finding = row.finding {
      append(finding, &out)
      if row.tap < explained.count, event.checksumHolds { votes(finding, event, explained[row.tap], &out) }
    }
    out.append("}\n")
  }

  private func append(_ finding: Finding, _ out: inout TextBuffer) {
    out.append(",\"sender\":\"")
    out.append(finding.sender)
    out.append("\",\"confidence\":")
    // Rounded down: 0.9996 is not 1.
    out.append(fixed: Int64(finding.confidence * 1000), decimals: 3)
    out.append(",\"evidence\":[")
    var first = true
    for kind in EvidenceKind.allCases where finding.votes.counts(kind) {
      out.append(first ? "\"" : ",\"")
      out.append(kind.name)
      out.append(UInt8(ascii: "\""))
      first = false
    }
    out.append("],\"cause\":\"")
    out.append(finding.cause)
    out.append(UInt8(ascii: "\""))
    if finding.contradictsClaim { out.append(",\"contradicts\":true") }
  }
}

extension JsonLineWriter {
  /// Natural logarithms of likelihood ratios, the sender against `rival`, and what was measured.
  private func votes(_ finding: Finding, _ event: BusEvent, _ tap: Tap, _ out: inout TextBuffer) {
    out.append(",\"votes\":{\"rival\":\"")
    out.append(finding.votes.rival)
    out.append(UInt8(ascii: "\""))
    for kind in EvidenceKind.allCases where abs(finding.votes[kind]) >= 0.005 {
      out.append(",\"")
      out.append(kind.name)
      out.append("\":")
      out.append(number: Double(finding.votes[kind]), decimals: 2)
    }
    let timing = MeasuredTiming(event, tap: tap)
    if let pitch = timing.pitch {
      out.append(",\"pitch_us\":")
      out.append(number: pitch, decimals: 2)
    }
    if let bounds = timing.pitchBounds {
      out.append(",\"pitch_us_min\":")
      out.append(number: bounds.lowerBound, decimals: 2)
      out.append(",\"pitch_us_max\":")
      out.append(number: bounds.upperBound, decimals: 2)
    }
    if let clock = timing.bitClock {
      out.append(",\"bit_clock_ppm\":")
      out.append(number: clock, decimals: 0)
    }
    out.append(UInt8(ascii: "}"))
  }
}

extension TextBuffer {
  /// A finite number, rounded.
  mutating func append(number: Double, decimals: Int) {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    append(fixed: Int64((number * scale).rounded()), decimals: decimals)
  }

  mutating func append(_ cause: Cause) {
    switch cause {
    case .unknown: append("unknown")
    case .own: append("own")
    case .phone: append("phone")
    case .replyToPhone: append("reply-to-phone")
    case .reply(let transmitter):
      append("reply-to-")
      append(transmitter)
    }
  }

  /// A JSON string with its quotes (RFC 8259 section 7).
  public mutating func append(quoted text: String) {
    append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5C:
        append(UInt8(ascii: "\\"))
        append(byte)
      case 0..<0x20:
        append("\\u00")
        append(hex: byte)
      default: append(byte)
      }
    }
    append(UInt8(ascii: "\""))
  }
}
