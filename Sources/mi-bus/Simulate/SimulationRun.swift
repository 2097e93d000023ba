import BusPrinter
import CaptureFiles
import Glibc
import ScooterSim
import SystemPackage
import UartSniffer

/// What a simulation is made of, but for its files.
struct SimulationSettings {
  var scenario: Scenario
  /// Nanoseconds.
  var duration: Int64
  /// Unix nanoseconds of time 0.
  var origin: Int64
  var lines: [Line]
  var quality: SimulatedSource.Quality
  /// Samples a second where samples are written.
  var sampleRate: Int64
  var radio: PhoneRadio
}

/// One run of `simulate`: the scooter at one end, files at the other, as fast as it can be computed.
struct SimulationRun: ~Copyable {
  private let settings: SimulationSettings
  private var source: SimulatedSource
  private var outputs: [any SimulationOutput] = []
  private var files: [(path: String, descriptor: FileDescriptor)] = []

  init(_ settings: SimulationSettings) {
    signal(SIGPIPE, SIG_IGN)
    self.settings = settings
    source = SimulatedSource(
      settings.scenario, lines: settings.lines, quality: settings.quality, duration: settings.duration,
      origin: settings.origin, keepsOccurrences: true)
  }

  deinit {
    for file in files { try? file.descriptor.close() }
  }

  /// Opens all files; where one cannot be, those before it are removed again.
  mutating func open(recordings: [String], log: String?, token: String?, truth: String?) throws {
    do {
      for path in recordings { try add(recording: path) }
      if let log { try add(log: log, token: token) }
      if let truth {
        outputs.append(try TruthOutput(create(truth), header: header))
      }
    } catch {
      for file in files { unlink(file.path) }
      throw error
    }
  }

  /// Computes everything and writes it.
  mutating func run() throws {
    var progress = Progress()
    while let chunk = try source.next() {
      try take(source.takeOccurrences())
      for index in outputs.indices { try outputs[index].take(chunk) }
      progress.add(chunk.bytes.count)
    }
    try take(source.takeOccurrences())
    for index in outputs.indices { try outputs[index].finish(at: settings.duration) }
    progress.end()
  }

  private mutating func take(_ occurrences: [Occurrence]) throws(OutputError) {
    for index in outputs.indices {
      for occurrence in occurrences { try outputs[index].take(occurrence) }
    }
  }

  // MARK: - Files

  private mutating func create(_ path: String, for readers: NewFile.Readers = .all) throws(InputError) -> DescriptorSink
  {
    let descriptor = try NewFile.create(path, for: readers)
    files.append((path, descriptor))
    return DescriptorSink(descriptor, name: path)
  }

  private mutating func add(recording path: String) throws {
    let scenario = settings.scenario
    switch path.split(separator: ".").last {
    case "vcd": outputs.append(ValueChangeOutput(try create(path), lines: settings.lines, scenario: scenario))
    case "raw":
      outputs.append(
        SampleOutput(try create(path), lines: settings.lines, rate: settings.sampleRate, scenario: scenario))
    case "csv": outputs.append(TimedBytesOutput(try create(path)))
    case "pcapng": try add(PcapngRecorder(create(path), origin: settings.origin))
    case "txt", "log": try add(TextLogRecorder(create(path), origin: settings.origin))
    case "bin": try add(RawRecorder(create(path)))
    default:
      throw InputError(
        path, "its ending names no format", remedy: "use .pcapng, .txt, .log, .bin, .csv, .vcd or .raw")
    }
  }

  private mutating func add(_ recorder: any Recorder) throws(OutputError) {
    outputs.append(try RecorderOutput(recorder, taps: source.taps))
  }

  private mutating func add(log path: String, token: String?) throws {
    let log = try SimulatedPhoneLog(
      BufferedSink(create(path)), scenario: settings.scenario, radio: settings.radio)
    outputs.append(PhoneOutput(log))
    guard let token else { return }
    var file = try create(token, for: .owner)
    try file.write(log.token.span)
  }

  /// What the truth counts from, so that a program needs no other file.
  private var header: String {
    var out = TextBuffer()
    out.append("{\"kind\":\"simulation\",\"schema\":1,\"program\":")
    out.append(quoted: "mi-bus \(MiBus.version)")
    out.append(",\"scenario\":")
    out.append(quoted: settings.scenario.name)
    out.append(string: ",\"seed\":\(settings.scenario.seed),\"start\":")
    out.append(seconds: settings.origin, decimals: 9)
    out.append(",\"duration\":")
    out.append(seconds: settings.duration, decimals: 9)
    out.append(string: ",\"clock_offset\":\(Double(settings.radio.clockOffset) / 1e9)")
    out.append(string: ",\"clock_drift_ppm\":\(settings.radio.clockDrift)")
    if let interval = settings.radio.interval { out.append(string: ",\"interval_ms\":\(Double(interval) / 1e6)") }
    out.append("}")
    return out.withBytes { bytes in bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }
  }
}
