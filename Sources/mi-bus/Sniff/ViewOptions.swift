import ArgumentParser
import BusPrinter
import Glibc
import NinebotBus

/// The letters of `-t`.
enum TimeLetter: String, ExpressibleByArgument, CaseIterable {
  case a, d, z, i, n

  var style: TimeStyle {
    switch self {
    case .a: .absolute
    case .d: .delta
    case .z: .zero
    case .i: .iso
    case .n: .none
    }
  }
}

/// When colours are used.
enum ColourChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never

  /// Colour on a terminal, unless NO_COLOR (no-color.org) says otherwise.
  var style: Style {
    switch self {
    case .always: Style(coloured: true)
    case .never: Style(coloured: false)
    case .auto:
      Style(coloured: isatty(STDOUT_FILENO) == 1 && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true))
    }
  }
}

/// Options that say what is shown.
struct ViewOptions: ParsableArguments {
  @Option(
    name: [.customShort("t"), .customLong("time")],
    help: ArgumentHelp(
      "Times: a Unix seconds, d since the line before, z since the start, i ISO 8601, n none.", valueName: "a|d|z|i|n"))
  var time: TimeLetter = .z

  @Flag(name: .customLong("ns"), help: "Nine digits behind the second instead of six.")
  var nanoseconds = false

  @Flag(help: "JSON Lines, one object for each thing on the bus.")
  var json = false

  @Flag(help: "Bytes only, without names and values.")
  var raw = false

  @Flag(help: "Only frames whose data differ from the last time.")
  var changes = false

  @Flag(help: "No lines, only the summary at the end.")
  var summary = false

  @Flag(help: "Under each frame, why it was given to its sender; with --json a votes object.")
  var explain = false

  @Option(help: "Colour: auto, always or never.")
  var color: ColourChoice = .auto

  @Option(help: ArgumentHelp("Only frames that say they come from this device.", valueName: "role"))
  var from: [String] = []

  @Option(help: ArgumentHelp("Only frames that say they go to this device.", valueName: "role"))
  var to: [String] = []

  @Option(name: .customLong("cmd"), help: ArgumentHelp("Only this command, hexadecimal.", valueName: "xx"))
  var command: [String] = []

  @Option(name: .customLong("reg"), help: ArgumentHelp("Only this register, hexadecimal.", valueName: "xx"))
  var register: [String] = []

  @Option(help: ArgumentHelp("Only frames that this device sent: esc, ble, bms, dash1, unknown.", valueName: "name"))
  var sender: [String] = []

  @Option(
    name: .customLong("match"),
    help: ArgumentHelp(
      "Bytes from the address on, under a mask: 2061:ffff; ~ instead of : inverts.", valueName: "id:mask"))
  var masks: [String] = []

  @Option(help: ArgumentHelp("End after so many lines.", valueName: "n"))
  var count: Int?

  mutating func validate() throws {
    if raw, json { throw ValidationError("--raw and --json: lines have one form") }
    if let count, count < 1 { throw ValidationError("--count \(count): at least 1") }
    _ = try filter()
  }

  var settings: ViewSettings {
    get throws {
      ViewSettings(
        form: json ? .json : .text(.init(time: time.style, decimals: nanoseconds ? 9 : 6, raw: raw)),
        style: color.style,
        filter: try filter(), changesOnly: changes, summaryOnly: summary, explains: explain,
        count: count)
    }
  }

  private func filter() throws -> FrameFilter {
    var filter = FrameFilter()
    filter.from = try roles(from, "--from")
    filter.to = try roles(to, "--to")
    filter.commands = try bytes(command, "--cmd")
    filter.registers = try bytes(register, "--reg")
    filter.senders = try senders()
    filter.masks = try masks.map {
      guard let mask = FrameFilter.Mask($0) else {
        throw ValidationError("--match \($0): write bytes and a mask of the same length, for instance 2061b0:ffffff")
      }
      return mask
    }
    return filter
  }

  private func senders() throws -> Set<String> {
    let known = ["esc", "ble", "bms", "ext-bms", "unknown"]
    for name in sender where !known.contains(name) {
      guard name.hasPrefix("dash"), UInt8(name.dropFirst(4)) != nil else {
        throw ValidationError("--sender \(name): known are \(known.joined(separator: ", ")) and dash1, dash2…")
      }
    }
    return Set(sender)
  }

  private func roles(_ names: [String], _ option: String) throws -> Set<Role> {
    Set(
      try names.map {
        guard let role = Role(name: $0) else {
          let known = Role.allCases.map { "\($0.name)" }.joined(separator: ", ")
          throw ValidationError("\(option) \($0): known are \(known)")
        }
        return role
      })
  }

  private func bytes(_ texts: [String], _ option: String) throws -> Set<UInt8> {
    Set(
      try texts.map {
        guard let bytes = hexBytes($0.count == 1 ? "0\($0)" : $0), bytes.count == 1 else {
          throw ValidationError("\(option) \($0): two hexadecimal digits are needed")
        }
        return bytes[0]
      })
  }
}
