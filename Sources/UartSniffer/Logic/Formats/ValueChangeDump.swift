public import CaptureFiles

/// A value change dump (VCD, IEEE 1364): each 1-bit signal is a channel, wider ones are skipped.
public struct ValueChangeDump: EdgeSource {
  public let name: String
  public private(set) var channels: [String] = []
  public private(set) var clock = SampleClock(nanoseconds: 1, perTicks: 1)
  public var sample: Int64? { nil }
  public private(set) var reached: Int64 = 0
  public var origin: Int64? { nil }

  private var words: WordReader
  /// Channel by identifier; nil for signals that are skipped.
  private var identifiers: [Identifier: Int?] = [:]
  private var levels: [Bool?] = []
  private var hasHeader = false

  /// A signal's identifier; most are so short that they need no memory of their own.
  private struct Identifier: Hashable {
    var start: UInt64 = 0
    var rest: [UInt8] = []

    init(_ word: ArraySlice<UInt8>) {
      for byte in word.prefix(8) { start = start << 8 | UInt64(byte) }
      if word.count > 8 { rest = Array(word.dropFirst(8)) }
    }
  }

  /// Whether a file that starts like this is a VCD.
  public static func recognises(_ prefix: [UInt8]) -> Bool {
    let start = prefix.drop { $0 <= 32 }
    let keywords = ["date", "version", "timescale", "comment", "scope", "var", "enddefinitions", "dumpvars"]
    return keywords.contains { start.starts(with: "$\($0)".utf8) }
  }

  public init(_ stream: any ByteStream) {
    words = WordReader(stream)
    name = lastPathComponent(stream.name)
  }

  public init(path: String) throws(InputError) { self.init(try FileStream(path: path)) }

  public mutating func next(into edges: inout [Edge]) throws(InputError) -> Bool {
    if !hasHeader { try readHeader() }
    let most = edges.count + EdgeBatch.most
    while edges.count < most {
      guard let word = try words.next() else {
        reached += clock.tick(at: EdgeBatch.afterLastChange)
        return false
      }
      try read(word, into: &edges)
    }
    return true
  }

  // MARK: Header

  private mutating func readHeader() throws(InputError) {
    while let word = try words.next() {
      switch word.text {
      case "$enddefinitions":
        _ = try section()
        hasHeader = true
        guard !channels.isEmpty else { throw InputError(words.name, "has no signal of one bit") }
        levels = Array(repeating: nil, count: channels.count)
        return
      case "$timescale": try setTimescale(Array(try section().joined()))
      case "$var": try declare(try section())
      default:
        guard word.first == UInt8(ascii: "$") else {
          throw InputError(words.name, "has '\(word.prefix(40).text)' where a VCD has declarations")
        }
        _ = try section()
      }
    }
    throw InputError(words.name, "ends before its declarations do")
  }

  /// The words up to `$end`.
  private mutating func section() throws(InputError) -> [[UInt8]] {
    var section: [[UInt8]] = []
    while let word = try words.next() {
      if word.elementsEqual("$end".utf8) { return section }
      // A comment may be long, a declaration is not.
      if section.count < 64 { section.append(Array(word)) }
    }
    throw InputError(words.name, "ends inside a section without $end")
  }

  private mutating func setTimescale(_ text: [UInt8]) throws(InputError) {
    let digits = text.prefix { (0x30...0x39).contains($0) }
    let powers = ["s": 15, "ms": 12, "us": 9, "ns": 6, "ps": 3, "fs": 0]
    guard
      let count = digits.scaledDecimal(0), [1, 10, 100].contains(count),
      let power = powers[text.dropFirst(digits.count).text.lowercased()]
    else { throw InputError(words.name, "'\(text[...].prefix(40).text)' is no time scale of a VCD") }
    var femtoseconds = UInt64(count)
    for _ in 0..<power { femtoseconds *= 10 }
    clock = SampleClock(nanoseconds: femtoseconds, perTicks: 1_000_000)
  }

  /// `$var wire 1 ! name [0] $end`.
  private mutating func declare(_ section: [[UInt8]]) throws(InputError) {
    guard section.count >= 4, let width = section[1][...].scaledDecimal(0), width > 0 else {
      throw InputError(words.name, "has a $var that is none")
    }
    guard identifiers.count < 100_000 else { throw InputError(words.name, "has more than 100000 signals") }
    let identifier = Identifier(section[2][...])
    let isLine = width == 1 && section[0] != Array("real".utf8)
    guard isLine, channels.count < EdgeBatch.channels else {
      identifiers[identifier] = .some(nil)
      return
    }
    // The same signal may be declared in several scopes.
    guard identifiers[identifier] == nil else { return }
    identifiers[identifier] = channels.count
    channels.append("channel \(section[3][...].text)")
  }

  // MARK: Changes

  private mutating func read(_ word: ArraySlice<UInt8>, into edges: inout [Edge]) throws(InputError) {
    guard let first = word.first else { return }
    switch first {
    case UInt8(ascii: "#"):
      guard let tick = word.dropFirst().scaledDecimal(0) else {
        throw InputError(words.name, "'\(word.prefix(40).text)' is no time")
      }
      guard tick >= reached else { throw InputError(words.name, "goes back in time at '\(word.prefix(40).text)'") }
      reached = tick
    case UInt8(ascii: "0"), UInt8(ascii: "1"), UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "z"),
      UInt8(ascii: "Z"):
      try change(word.dropFirst(), to: first, into: &edges)
    case UInt8(ascii: "b"), UInt8(ascii: "B"):
      let value = word.count > 1 ? word[word.endIndex - 1] : first
      try change(try identifier(), to: value, into: &edges)
    case UInt8(ascii: "r"), UInt8(ascii: "R"), UInt8(ascii: "s"), UInt8(ascii: "S"): _ = try identifier()
    case UInt8(ascii: "$"):
      // $dumpvars and the like only wrap changes.
      if word.elementsEqual("$comment".utf8) { _ = try section() }
    default: throw InputError(words.name, "'\(word.prefix(40).text)' is no value change of a VCD")
    }
  }

  private mutating func identifier() throws(InputError) -> ArraySlice<UInt8> {
    guard let word = try words.next() else { throw InputError(words.name, "ends inside a value change") }
    return word
  }

  /// An undriven or unknown line counts as high, as a pull-up makes it.
  private mutating func change(
    _ identifier: ArraySlice<UInt8>, to value: UInt8, into edges: inout [Edge]
  ) throws(InputError) {
    guard let known = identifiers[Identifier(identifier)] else {
      throw InputError(words.name, "changes '\(identifier.prefix(40).text)', which was not declared")
    }
    let level = value != UInt8(ascii: "0")
    guard let channel = known, levels[channel] != level else { return }
    levels[channel] = level
    edges.append(Edge(tick: reached, channel: channel, level: level))
  }
}

/// Reads words that white space separates.
struct WordReader: Sendable {
  private var stream: any ByteStream
  private var buffer: [UInt8] = []
  private var position = 0
  private var ended = false

  var name: String { stream.name }

  /// The widest vectors have some thousand bits.
  private static let longestWord = 65_536
  private static let piece = 65_536

  init(_ stream: any ByteStream) { self.stream = stream }

  /// The next word; nil at the end of the text.
  mutating func next() throws(InputError) -> ArraySlice<UInt8>? {
    while true {
      while position < buffer.count, buffer[position] <= 32 { position += 1 }
      var end = position
      while end < buffer.count, buffer[end] > 32 { end += 1 }
      if end < buffer.count || (ended && end > position) {
        defer { position = end }
        return buffer[position..<end]
      }
      if ended { return nil }
      guard end - position <= Self.longestWord else {
        throw InputError(name, "has a word of more than \(Self.longestWord) bytes", remedy: "is it text?")
      }
      buffer.removeFirst(position)
      position = 0
      ended = try stream.read(upTo: Self.piece, into: &buffer) == 0
    }
  }
}
