import ArgumentParser

/// A time that a person typed: `10s`, `500ms`, `2m`, `1h`, or bare seconds.
struct TimeSpan: ExpressibleByArgument, Hashable, Sendable {
  let nanoseconds: Int64

  init(seconds: Int64) { nanoseconds = seconds * 1_000_000_000 }

  init?(argument: String) {
    guard let time = Self.nanoseconds(argument), time > 0 else { return nil }
    nanoseconds = time
  }

  /// Nil for what is no time, or a negative one.
  fileprivate static func nanoseconds(_ text: String) -> Int64? {
    let units: [(suffix: String, seconds: Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)]
    let unit = units.first { text.hasSuffix($0.suffix) }
    guard let number = Double(text.dropLast(unit?.suffix.count ?? 0)), number >= 0, number.isFinite else { return nil }
    let seconds = number * (unit?.seconds ?? 1)
    return seconds <= 1e9 ? Int64(seconds * 1e9) : nil
  }

  /// As a person would type it, for help and messages.
  var defaultValueDescription: String { words }

  /// `60s`, `1500ms`; whole seconds where it is some.
  var words: String { Self.words(nanoseconds) }

  fileprivate static func words(_ nanoseconds: Int64) -> String {
    nanoseconds % 1_000_000_000 == 0
      ? "\(nanoseconds / 1_000_000_000)s" : "\(Double(nanoseconds / 1000) / 1000)ms".replacing(".0ms", with: "ms")
  }
}

/// A time of a capture, from its start: as a span, or 0.
struct TimePoint: ExpressibleByArgument, Sendable {
  let nanoseconds: Int64

  init?(argument: String) {
    guard let time = TimeSpan.nanoseconds(argument) else { return nil }
    nanoseconds = time
  }

  /// As a person would type it.
  var words: String { TimeSpan.words(nanoseconds) }
}
