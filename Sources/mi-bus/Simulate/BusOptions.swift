import ArgumentParser
import ScooterSim

/// What is recorded of the simulated wires, and with what.
struct BusOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Record the bus here: .pcapng, .txt, .log, .bin (bytes), .csv (timed bytes), .vcd (edges), .raw (samples).",
      valueName: "file"))
  var write: [String] = []

  @Option(
    help: ArgumentHelp(
      "What the bytes are recorded with: edges, bytes, \(AdapterModel.all.map(\.name).joined(separator: ", ")).",
      valueName: "name"))
  var adapter = "edges"

  @Option(
    help: ArgumentHelp("Wires to record: \(Line.allCases.map(\.name).joined(separator: ", ")).", valueName: "line"))
  var line: [String] = [Line.escBle.name]

  @Option(help: ArgumentHelp("Samples a second of .raw.", valueName: "rate"))
  var rate = "2MHz"

  mutating func validate() throws {
    guard let hertz = InputOptions.hertz(rate), (100_000...500_000_000).contains(hertz) else {
      throw ValidationError("--rate \(rate): a rate from 100kHz to 500MHz is needed")
    }
    guard quality != nil else {
      let known = ["edges", "bytes"] + AdapterModel.all.map(\.name)
      throw ValidationError("--adapter \(adapter): there are \(known.joined(separator: ", "))")
    }
    for name in line where !Line.allCases.contains(where: { $0.name == name }) {
      let known = Line.allCases.map(\.name).joined(separator: ", ")
      throw ValidationError("--line \(name): there are \(known)")
    }
    guard Set(line).count == line.count else { throw ValidationError("--line: each wire once") }
    if line.count > 1, let file = write.first(where: { $0.hasSuffix(".csv") || $0.hasSuffix(".bin") }) {
      throw ValidationError("\(file): holds one wire only; .pcapng, .txt, .vcd and .raw hold several")
    }
  }

  var lines: [Line] { line.compactMap { name in Line.allCases.first { $0.name == name } } }
  var sampleRate: Int64 { Int64(InputOptions.hertz(rate) ?? 2_000_000) }

  /// Nil for a name that is not known.
  var quality: SimulatedSource.Quality? {
    switch adapter {
    case "edges": .edges
    // What timed bytes in a CSV file are taken to be good for.
    case "bytes": .bytes(error: 1000)
    default: AdapterModel.all.first { $0.name == adapter }.map { .packets($0) }
    }
  }
}

/// What is recorded of the simulated phone.
struct PhoneOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Write the phone's HCI log here, as btsnoop.", valueName: "file"))
  var ble: String?

  @Option(help: ArgumentHelp("Write the phone's token here, for sniff --token.", valueName: "file"))
  var token: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How far the phone's clock is ahead of the bus's.", valueName: "seconds"))
  var clockOffset = 0.0

  @Option(
    parsing: .unconditional, help: ArgumentHelp("How much faster the phone's clock runs.", valueName: "ppm"))
  var clockDrift = 0.0

  @Option(
    help: ArgumentHelp(
      "Connection interval, 7.5 to 50: notifications wait for the next event. By default they come as the scenario has "
        + "it.", valueName: "ms"))
  var interval: Double?

  mutating func validate() throws {
    if token != nil, ble == nil { throw ValidationError("--token belongs to --ble") }
    guard abs(clockOffset) <= 1e9 else { throw ValidationError("--clock-offset \(clockOffset): at most 1e9 seconds") }
    guard abs(clockDrift) <= 10_000 else { throw ValidationError("--clock-drift \(clockDrift): at most 10000 ppm") }
    if let interval, !(7.5...50).contains(interval) {
      throw ValidationError("--interval \(interval): from 7.5 to 50 milliseconds make sense")
    }
  }

  /// - Parameter origin: Unix nanoseconds of time 0.
  func radio(origin: Int64) -> PhoneRadio {
    var radio = PhoneRadio()
    radio.origin = origin
    radio.clockOffset = Int64((clockOffset * 1e9).rounded())
    radio.clockDrift = clockDrift
    radio.interval = interval.map { Int64($0 * 1e6) }
    return radio
  }
}
