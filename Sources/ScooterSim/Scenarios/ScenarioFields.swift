import CaptureFiles
import Yams

/// The keys of one mapping in a scenario file. Each key is asked for once; what is left over at the end is an
/// error that lists what is allowed.
///
/// Where a file gives a list for a single value, the value is drawn: a number evenly between the two, a word or a
/// flag from the list. So one file can describe a whole family of scooters.
struct ScenarioFields {
  private let thing: String
  private let place: String
  private let values: [String: Node]
  private var known: [String] = []
  /// Draws in the order of the asking, so that a seed gives the same scooter every time.
  var random: SplitMix64

  init(_ node: Node, _ place: String, of thing: String, random: SplitMix64) throws(InputError) {
    self.thing = thing
    self.place = place
    self.random = random
    guard case .mapping(let mapping) = node else {
      throw Self.error(thing, node, "\(place) must be a mapping of keys and values")
    }
    var values: [String: Node] = [:]
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else { throw Self.error(thing, key, "a key of \(place) must be a word") }
      values[scalar.string] = value
    }
    self.values = values
  }

  /// Throws for the first key that nobody asked for.
  func finish() throws(InputError) {
    guard let extra = values.keys.filter({ !known.contains($0) }).sorted().first, let node = values[extra] else {
      return
    }
    throw Self.error(
      thing, node, "unknown key '\(Self.shown(extra))' in \(place)", remedy: "allowed: \(known.joined(separator: ", "))"
    )
  }

  static func error(_ thing: String, _ node: Node, _ cause: String, remedy: String? = nil) -> InputError {
    InputError(thing, node.mark.map { "line \($0.line): \(cause)" } ?? cause, remedy: remedy)
  }

  func error(_ key: String, _ cause: String) -> InputError {
    values[key].map { Self.error(thing, $0, "\(key) \(cause)") } ?? InputError(thing, "\(key) \(cause)")
  }

  /// A text from a file, cut and made harmless for a terminal.
  static func shown(_ text: String) -> String {
    let scalars = text.unicodeScalars.prefix(40).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }
    return String(String.UnicodeScalarView(scalars))
  }

  mutating func node(_ key: String) -> Node? {
    known.append(key)
    return values[key]
  }

  func number(_ node: Node, _ key: String, in allowed: ClosedRange<Double>) throws(InputError) -> Double {
    guard case .scalar(let scalar) = node, let number = Self.number(scalar.string) else {
      throw Self.error(thing, node, "\(key) must be a number")
    }
    guard allowed.contains(number) else {
      throw Self.error(
        thing, node, "\(key) \(number) is out of range",
        remedy: "allowed: \(allowed.lowerBound) to \(allowed.upperBound)")
    }
    return number
  }

  private static func number(_ text: String) -> Double? {
    if text.hasPrefix("0x") { return UInt32(text.dropFirst(2), radix: 16).map { Double($0) } }
    return Double(text).flatMap { $0.isFinite ? $0 : nil }
  }

  /// Least and most, in units of `scale`; a single number stands for both.
  mutating func range(
    _ key: String, times scale: Double = 1, in allowed: ClosedRange<Double>
  ) throws(InputError) -> ClosedRange<Double>? {
    guard let node = node(key) else { return nil }
    guard case .sequence(let items) = node else {
      let number = try number(node, key, in: allowed) * scale
      return number...number
    }
    guard items.count == 2 else { throw error(key, "must be a number or a list of two: least and most") }
    let least = try number(items[0], key, in: allowed), most = try number(items[1], key, in: allowed)
    guard least <= most else { throw error(key, "must have the least first") }
    return (least * scale)...(most * scale)
  }

  mutating func set(
    _ target: inout ClosedRange<Double>, _ key: String, times scale: Double = 1, in allowed: ClosedRange<Double>
  ) throws(InputError) {
    if let range = try range(key, times: scale, in: allowed) { target = range }
  }

  /// One number; of a list of two, one between them.
  mutating func number(
    _ key: String, times scale: Double = 1, in allowed: ClosedRange<Double>
  ) throws(InputError) -> Double? {
    try range(key, times: scale, in: allowed).map { random.uniform($0) }
  }

  mutating func set(
    _ target: inout Double, _ key: String, times scale: Double = 1, in allowed: ClosedRange<Double>
  ) throws(InputError) {
    if let number = try number(key, times: scale, in: allowed) { target = number }
  }

  mutating func set(_ target: inout Int, _ key: String, in allowed: ClosedRange<Int>) throws(InputError) {
    let bounds = Double(allowed.lowerBound)...Double(allowed.upperBound)
    if let number = try number(key, in: bounds) { target = Int(number.rounded()) }
  }

  /// One of several words; of a list, one of those in it.
  mutating func choice<Value>(_ key: String, _ choices: [(String, Value)]) throws(InputError) -> Value? {
    guard let node = node(key) else { return nil }
    var candidates = [node]
    if case .sequence(let items) = node { candidates = Array(items) }
    var values: [Value] = []
    for candidate in candidates {
      guard case .scalar(let scalar) = candidate, let found = choices.first(where: { $0.0 == scalar.string }) else {
        throw Self.error(
          thing, candidate, "\(key) is not known", remedy: "allowed: \(choices.map(\.0).joined(separator: ", "))")
      }
      values.append(found.1)
    }
    guard let drawn = values.randomElement(using: &random) else { throw error(key, "must not be an empty list") }
    return drawn
  }

  mutating func set(_ target: inout Bool, _ key: String) throws(InputError) {
    if let flag = try choice(key, [("true", true), ("false", false)]) { target = flag }
  }

  mutating func text(_ key: String, most: Int) throws(InputError) -> String? {
    guard let node = node(key) else { return nil }
    guard case .scalar(let scalar) = node, scalar.string.utf8.count <= most,
      scalar.string.utf8.allSatisfy({ (0x20..<0x7F).contains($0) })
    else { throw error(key, "must be plain text of at most \(most) characters") }
    return scalar.string
  }

  /// The items of a list.
  mutating func items(_ key: String, most: Int) throws(InputError) -> [Node]? {
    guard let node = node(key) else { return nil }
    guard case .sequence(let items) = node else { throw error(key, "must be a list") }
    guard items.count <= most else { throw error(key, "has more than \(most) entries") }
    return Array(items)
  }

  /// The keys of a mapping inside this one; give its random generator back with `adopt`.
  mutating func fields(_ key: String) throws(InputError) -> ScenarioFields? {
    guard let node = node(key) else { return nil }
    return try fields(of: node, key)
  }

  func fields(of node: Node, _ key: String) throws(InputError) -> ScenarioFields {
    try ScenarioFields(node, key, of: thing, random: random)
  }

  /// Ends an inner mapping: goes on with its random generator.
  mutating func adopt(_ inner: ScenarioFields) throws(InputError) {
    try inner.finish()
    random = inner.random
  }

  /// A late reply or a pause: `{ share: 0.1, <unit>: [a, b] }`.
  mutating func set(
    _ target: inout TransmitterPhysics.Pause, _ key: String, unit: String, times scale: Double
  ) throws(InputError) {
    guard var inner = try fields(key) else { return }
    target = try inner.pause(unit: unit, times: scale, default: target)
    try adopt(inner)
  }

  mutating func pause(
    unit: String, times scale: Double, default pause: TransmitterPhysics.Pause
  ) throws(InputError) -> TransmitterPhysics.Pause {
    var pause = pause
    try set(&pause.chance, "share", in: 0...1)
    try set(&pause.length, unit, times: scale, in: 0...100_000)
    return pause
  }

  mutating func pauses(_ key: String) throws(InputError) -> [TransmitterPhysics.Pause]? {
    guard let nodes = try items(key, most: 16) else { return nil }
    var pauses: [TransmitterPhysics.Pause] = []
    for node in nodes {
      var inner = try fields(of: node, key)
      pauses.append(try inner.pause(unit: "us", times: 1e3, default: .init(chance: 0, length: 0...0)))
      try adopt(inner)
    }
    return pauses
  }

  /// A read such as `esc b0 20` or `bms 31 0a`: whom, register, bytes; numbers hexadecimal.
  func read(_ node: Node, _ key: String) throws(InputError) -> RegisterRead {
    if case .scalar(let scalar) = node {
      let words = scalar.string.split(separator: " ")
      if words.count == 3, let address = ["esc": 0x20, "bms": 0x22][words[0]] as UInt8?,
        let register = UInt8(words[1], radix: 16), let count = UInt8(words[2], radix: 16), (1...64).contains(count)
      {
        return RegisterRead(address, register, count)
      }
    }
    throw Self.error(
      thing, node, "\(key) has an entry that is no read", remedy: "write it as 'esc b0 20': esc or bms, register, bytes"
    )
  }

  mutating func reads(_ key: String) throws(InputError) -> [RegisterRead]? {
    guard let nodes = try items(key, most: 64) else { return nil }
    var reads: [RegisterRead] = []
    for node in nodes { reads.append(try read(node, key)) }
    return reads
  }
}
