public import CaptureFiles

/// A sigrok session file (`.sr`, version 2): a zip with an ini file `metadata` and raw samples in `logic-1-1`,
/// `logic-1-2`… (PulseView, sigrok-cli; sigrok.org "File format: sigrok v2").
public struct SigrokSession: EdgeSource {
  public let name: String
  public let channels: [String]
  public let clock: SampleClock
  public var sample: Int64? { clock.resolution }
  public var reached: Int64 { scanner.position }
  public var origin: Int64? { nil }

  private let archive: ZipArchive
  /// The members with samples that are not open yet, last first.
  private var waiting: [ZipArchive.Member]
  private var stream: (any ByteStream)?
  private var scanner: SampleScanner

  /// Whether a file that starts like this is a zip archive; `init` tells whether it is a session.
  public static func recognises(_ prefix: [UInt8]) -> Bool { ZipArchive.recognises(prefix) }

  /// Reads the session file at `path`, which must be a real file: a zip is read from its end.
  public init(path: String) throws(InputError) {
    archive = try ZipArchive(path: path)
    guard let description = archive.member(named: "metadata") else {
      throw InputError(path, "is a zip archive without 'metadata', so no sigrok session")
    }
    let metadata = SigrokMetadata(try archive.contents(of: description, atMost: 1 << 20))
    guard let capture = metadata.captureFile else {
      throw InputError(path, "has no logic samples", remedy: "record digital channels")
    }
    guard let rate = metadata.rate, let clock = SampleClock(rate: rate) else {
      throw InputError(path, "does not tell its sample rate", remedy: "pass its samples with --logic RATE")
    }
    guard let scanner = SampleScanner(unit: metadata.unit, channels: metadata.names.count) else {
      throw InputError(
        path, "tells of \(metadata.names.count) channels in \(metadata.unit) bytes a sample, which is not possible")
    }
    let members = Self.samples(capture, in: archive)
    guard !members.isEmpty else { throw InputError(path, "has no member '\(capture)-1' with samples") }
    waiting = members.reversed()
    name = lastPathComponent(path)
    channels = metadata.names
    self.clock = clock
    self.scanner = scanner
  }

  /// The members with samples in order: numbered, or a single one in old files.
  private static func samples(_ capture: String, in archive: ZipArchive) -> [ZipArchive.Member] {
    let numbered = archive.members.compactMap { member -> (Int, ZipArchive.Member)? in
      guard member.name.hasPrefix("\(capture)-") else { return nil }
      return Int(member.name.dropFirst(capture.count + 1)).map { ($0, member) }
    }
    if numbered.isEmpty { return archive.member(named: capture).map { [$0] } ?? [] }
    return numbered.sorted { $0.0 < $1.0 }.map(\.1)
  }

  public mutating func next(into edges: inout [Edge]) throws(InputError) -> Bool {
    while !scanner.hasMore {
      if var open = stream {
        let goesOn = try scanner.fill(from: &open)
        stream = goesOn ? open : nil
      } else if let member = waiting.popLast() {
        stream = try archive.open(member)
      } else {
        guard !scanner.hasPart else { throw InputError(archive.name, "ends inside a sample") }
        return false
      }
    }
    scanner.scan(into: &edges)
    return true
  }
}

/// What the ini file of a sigrok session tells of its first logic capture.
struct SigrokMetadata: Hashable, Sendable {
  var captureFile: String?
  /// Samples a second.
  var rate: Int64?
  /// Bytes a sample.
  var unit = 1
  /// The channels' names by bit.
  var names: [String] = []

  init(_ bytes: [UInt8]) {
    var count: Int?
    var named: [Int: String] = [:]
    for line in bytes.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
      if line.first == UInt8(ascii: "["), captureFile != nil { break }
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let key = line[..<equals].text
      let value = line[(equals + 1)...].text
      switch key {
      case "capturefile": captureFile = value
      case "samplerate": rate = SampleRate(value)?.hertz
      case "unitsize": unit = Int(value) ?? 0
      case "total probes": count = Int(value)
      default:
        if key.hasPrefix("probe"), let bit = Int(key.dropFirst(5)), (1...EdgeBatch.channels).contains(bit) {
          named[bit - 1] = value
        }
      }
    }
    let highest = (named.keys.max() ?? -1) + 1
    let channels = max(0, min(max(count ?? highest, highest), 1024))
    names = (0..<channels).map { bit in named[bit].map { "channel \($0)" } ?? "channel \(bit)" }
  }
}

/// A sample rate as people and sigrok write it: `24 MHz`, `8MHz`, `500k`, `1000000`, `12.5 MHz`.
public struct SampleRate: Hashable, Sendable {
  /// Samples a second.
  public let hertz: Int64

  /// Nil unless `text` is a rate of at least 1 Hz that is a whole number of hertz.
  public init?(_ text: String) {
    var letters = text.lowercased().filter { $0 != " " }[...]
    if letters.hasSuffix("hz") { letters = letters.dropLast(2) }
    var scale = 0
    switch letters.last {
    case "k": scale = 3
    case "m": scale = 6
    case "g": scale = 9
    default: break
    }
    if scale > 0 { letters = letters.dropLast() }
    guard let hertz = Array(letters.utf8)[...].scaledDecimal(scale), hertz > 0 else { return nil }
    self.hertz = hertz
  }
}
