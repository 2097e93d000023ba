import CaptureFiles
import Glibc
import UartSniffer

/// What a person wrote for SOURCE.
struct SourceSpec: Hashable, Sendable {
  enum Place: Hashable, Sendable {
    case serial(path: String)
    case file(path: String)
    case standardInput
    case simulated(scenario: String)
    case network(host: String, port: UInt16)
  }

  var place: Place
  /// The tap's name, where `NAME=` was written.
  var name: String?
  /// The text itself, for messages.
  var text: String

  /// Reads `[NAME=]SOURCE`. A path that exists is never split at its `=`, nor are the settings of `sim:`.
  init(_ text: String) throws(InputError) {
    self.text = text
    var rest = Substring(text)
    if !text.hasPrefix("sim:"), let equals = text.firstIndex(of: "="), !Self.exists(text) {
      let alias = text[..<equals]
      guard !alias.isEmpty, alias.utf8.count <= 16, alias.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
      else {
        throw InputError(
          text, "no such file, and '\(alias)' cannot name a tap", remedy: "use letters and digits, at most 16")
      }
      name = String(alias)
      rest = text[text.index(after: equals)...]
    }
    place = try Self.place(String(rest))
  }

  private static func place(_ text: String) throws(InputError) -> Place {
    guard !text.isEmpty else {
      throw InputError("''", "names no source", remedy: "'mi-bus sniff --help' says what does")
    }
    if text == "-" { return .standardInput }
    if text == "sim:" || text.hasPrefix("sim:") { return .simulated(scenario: String(text.dropFirst(4))) }
    if text.hasPrefix("tcp:") { return try network(text) }
    var status = stat()
    guard stat(text, &status) == 0 else {
      if errno == ENOENT, text.hasPrefix("/dev/") {
        throw InputError(text, "no such port", remedy: "'mi-bus ports' lists those that are there")
      }
      throw InputError(text, String(cString: strerror(errno)), remedy: "check the path")
    }
    switch status.st_mode & S_IFMT {
    case S_IFCHR: return .serial(path: text)
    case S_IFDIR: throw InputError(text, "is a directory", remedy: "give the recording inside it")
    default: return .file(path: text)
    }
  }

  private static func network(_ text: String) throws(InputError) -> Place {
    let rest = text.dropFirst(4)
    guard let colon = rest.lastIndex(of: ":"), let port = UInt16(rest[rest.index(after: colon)...]), port > 0,
      colon > rest.startIndex
    else { throw InputError(text, "not an address", remedy: "write tcp:HOST:PORT, for instance tcp:127.0.0.1:36524") }
    var host = rest[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    return .network(host: String(host), port: port)
  }

  private static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0
  }
}

extension SourceSpec {
  /// Whether bytes come while a person watches.
  var isLive: Bool {
    switch place {
    case .serial, .simulated, .network: true
    case .file, .standardInput: false
    }
  }

  /// Whether opening it anew gives the same bytes again: not so for pipes.
  var canBeReadTwice: Bool {
    guard case .file(let path) = place else { return false }
    return Side.canBeReadTwice(path)
  }

  /// Reads all sources of a command line. Without any, the only adapter there is.
  static func all(_ texts: [String]) throws(InputError) -> [SourceSpec] {
    var specs: [SourceSpec] = []
    for text in texts { specs.append(try SourceSpec(text)) }
    if specs.isEmpty { specs.append(try onlyAdapter()) }
    if specs.count(where: { $0.place == .standardInput }) > 1 {
      throw InputError("-", "standard input can be read only once")
    }
    return specs
  }

  private static func onlyAdapter() throws(InputError) -> SourceSpec {
    let adapters = try SerialAdapter.all().filter(\.isUSB)
    switch adapters.count {
    case 1: return try SourceSpec(adapters[0].path)
    case 0:
      throw InputError(
        "no source", "no USB serial adapter is plugged in",
        remedy: "plug one in, name a recording, or try the built-in scooter: mi-bus sniff sim:")
    default:
      throw InputError(
        "no source", "there are several adapters: \(adapters.map(\.path).joined(separator: ", "))",
        remedy: "name one of them")
    }
  }
}

extension [SourceSpec] {
  /// Whether bytes come of all of them while a person watches.
  ///
  /// - Throws: `InputError` where they come of some only.
  func areLive() throws(InputError) -> Bool {
    guard contains(where: \.isLive) else { return false }
    guard allSatisfy(\.isLive) else {
      throw InputError(
        map(\.text).joined(separator: " "), "live sources and recordings have no clock in common",
        remedy: "look at one after the other")
    }
    return true
  }
}
