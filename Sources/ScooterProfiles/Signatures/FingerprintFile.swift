public import CaptureFiles
public import NinebotBus

/// Fingerprints of a capture's transmitters as a YAML file, so that names stay the same from one capture to the next.
public struct FingerprintFile: Sendable {
  public var transmitters: [KnownTransmitter]

  public init(transmitters: [KnownTransmitter]) { self.transmitters = transmitters }

  /// The format's version, the value of the key that also says what the file is.
  private static let version = "1"
  private static let mark = "mi-bus-fingerprints"

  // MARK: - Writing

  /// The file's text.
  public var text: String {
    var lines = [
      "# Who transmitted in a capture, and how; 'mi-bus senders --load' gives the same devices the same names.",
      "\(Self.mark): \(Self.version)", transmitters.isEmpty ? "transmitters: []" : "transmitters:",
    ]
    for transmitter in transmitters {
      lines.append("  - name: \(transmitter.name)")
      lines.append("    link: \(transmitter.link.name)")
      lines.append("    frames: \(transmitter.frames)")
      if !transmitter.pitch.isEmpty { lines.append("    pitch-us: \(Self.list(transmitter.pitch, digits: 2))") }
      if !transmitter.bitClock.isEmpty {
        lines.append("    bit-clock-ppm: \(Self.list(transmitter.bitClock, digits: 0))")
      }
      if !transmitter.polls.isEmpty {
        let polls = transmitter.polls.map { "\($0.subject.name) \(Self.hex($0.register)) \(Self.hex($0.bytes))" }
        lines.append("    polls: [\(polls.joined(separator: ", "))]")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Mean, spread and share of each mode.
  private static func list(_ modes: [KnownTransmitter.Mode], digits: Int) -> String {
    let texts = modes.map { mode in
      "[\(rounded(mode.mean, digits)), \(rounded(mode.spread, digits)), \(rounded(mode.share, 3))]"
    }
    return "[\(texts.joined(separator: ", "))]"
  }

  private static func rounded(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let number = (value * scale).rounded() / scale
    return digits == 0 ? "\(Int(number))" : "\(number)"
  }

  private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

  // MARK: - Reading

  /// Reads a file.
  ///
  /// - Throws: `InputError` with line and what is allowed.
  public init(path: String) throws(InputError) {
    try self.init(text: try ProfileLibrary.read(path, isA: "fingerprint file"), file: path)
  }

  /// - Parameters:
  ///   - text: YAML, as `text` gives it.
  ///   - file: what to call it in messages.
  public init(text: String, file: String) throws(InputError) {
    var reader = NodeReader(file: file)
    transmitters = []
    let root: YamlNode?
    do throws(YamlNode.ReadError) {
      root = try YamlNode.read(text)
    } catch {
      root = nil
      reader.report(line: error.line, error.message)
    }
    if let root {
      read(root, &reader)
    } else if reader.problems.isEmpty {
      throw InputError(file, "is empty", remedy: "'mi-bus senders --save' writes such a file")
    }
    if let first = reader.problems.first {
      throw InputError(
        first.line > 0 ? "\(file):\(first.line)" : file, first.message,
        remedy: "'mi-bus senders --save' writes such a file")
    }
  }

  private mutating func read(_ root: YamlNode, _ reader: inout NodeReader) {
    var isMarked = false
    for (key, node, value) in reader.pairs(root, of: "a fingerprint file") {
      switch key {
      case Self.mark:
        isMarked = true
        if let text = reader.scalar(value, key), text != Self.version {
          reader.report(node, "version '\(NodeReader.shown(text))' is not known; allowed: \(Self.version)")
        }
      case "transmitters":
        guard case .sequence(let nodes) = value.content else {
          reader.report(value, "transmitters must be a list")
          continue
        }
        transmitters = nodes.compactMap { Self.transmitter($0, &reader) }
      default: reader.unknown(key, node, of: "a fingerprint file", allowed: [Self.mark, "transmitters"])
      }
    }
    if !isMarked { reader.report(line: 1, "it has no '\(Self.mark)', so it is no fingerprint file") }
  }

  private static let keys = ["name", "link", "frames", "pitch-us", "bit-clock-ppm", "polls"]

  private static func transmitter(_ node: YamlNode, _ reader: inout NodeReader) -> KnownTransmitter? {
    var transmitter = KnownTransmitter(name: "", link: .escBle)
    for (key, node, value) in reader.pairs(node, of: "a transmitter") {
      switch key {
      case "name": transmitter.name = reader.text(value, key) ?? ""
      case "link":
        transmitter.link = reader.choice(value, key, Link.allCases.map { ("\($0.name)", $0) }) ?? .escBle
      case "frames": transmitter.frames = reader.integer(value, key, in: 0...Int(Int32.max)) ?? 0
      case "pitch-us": transmitter.pitch = modes(value, key, in: 1...10_000, &reader)
      case "bit-clock-ppm": transmitter.bitClock = modes(value, key, in: -100_000...100_000, &reader)
      case "polls": transmitter.polls = SignatureFile.blocks(value, key, sized: true, &reader)
      default: reader.unknown(key, node, of: "a transmitter", allowed: keys)
      }
    }
    guard !transmitter.name.isEmpty else {
      reader.report(node, "a transmitter has no 'name'")
      return nil
    }
    return transmitter
  }

  private static func modes(
    _ node: YamlNode, _ key: String, in limits: ClosedRange<Double>, _ reader: inout NodeReader
  ) -> [KnownTransmitter.Mode] {
    SignatureFile.list(node, key, &reader).compactMap { node in
      let numbers = SignatureFile.list(node, key, &reader).compactMap { reader.scalar($0, key).flatMap { Double($0) } }
      guard numbers.count == 3, limits.contains(numbers[0]), (0...limits.upperBound).contains(numbers[1]),
        (0...1).contains(numbers[2])
      else {
        reader.report(node, "\(key) must be a list of [mean, spread, share]")
        return nil
      }
      return KnownTransmitter.Mode(mean: numbers[0], spread: numbers[1], share: numbers[2])
    }
  }
}
