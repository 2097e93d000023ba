import CaptureFiles
import Glibc
import NinebotBus
import SystemPackage
import UartSniffer

/// Opens what the command line named.
struct SourceOpener {
  let input: InputOptions
  /// What standard input is read through.
  var standardInput: StandardInput?

  /// Where a sample of a long file will do.
  var sampling: Sampling?
  /// Whether long files are read by threads of their own.
  var readsAhead = true

  /// One recording, or several merged in time, each clock corrected by so many nanoseconds.
  func recorded(_ specs: [SourceSpec], corrections: [Int64] = []) throws(InputError) -> any RecordedSource {
    var sources: [any RecordedSource] = []
    for spec in specs {
      let source = try recording(spec)
      sources.append(spec.name.map { NamedSource(source, name: $0) } ?? source)
    }
    return sources.count == 1 ? sources[0] : MergedSource(sources, corrections: corrections)
  }

  private func recording(_ spec: SourceSpec) throws(InputError) -> any RecordedSource {
    switch spec.place {
    case .standardInput:
      guard let stream = standardInput else { throw InputError(spec.text, "is not open") }
      if let rate = input.sampleRate {
        return try RecordingFormat.openSamples(stream, rate: Int64(rate), unit: input.sampleBytes, baud: input.baud)
      }
      return try RecordingFormat.open(stream, baud: input.baud).source
    case .file(let path):
      if let rate = input.sampleRate {
        return try RecordingFormat.openSamples(
          try FileStream(path: path), path: path, rate: Int64(rate), unit: input.sampleBytes, baud: input.baud)
      }
      var source = try RecordingFormat.open(path: path, baud: input.baud).source
      if let sampling { source.allow(sampling) }
      return readsAhead && Self.isLong(path) ? ReadAhead(source) : source
    case .serial, .simulated, .network: throw InputError(spec.text, "is live, not a recording")
    }
  }

  /// Whether reading a file takes so long that a thread of its own is worth it.
  private static func isLong(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size > 4 << 20
  }

  /// Ports and sockets, all on one clock.
  func live(_ specs: [SourceSpec]) throws -> LiveInputs {
    if input.sampleRate != nil, let spec = specs.first {
      throw InputError(spec.text, "gives bytes, no samples of a logic analyser", remedy: "leave out --logic")
    }
    let clock = CaptureClock()
    var inputs = LiveInputs(clock: clock)
    for (index, spec) in specs.enumerated() {
      let name = spec.name ?? "bus\(index)"
      let baud = input.baud ?? .standard
      switch spec.place {
      case .serial(let path):
        let port = try LiveSerial(path, name: name, baud: baud, clock: clock)
        inputs.add(port)
      case .network(let host, let port):
        inputs.sources.append(.socket(try LiveSocket(host: host, port: port, name: name, baud: baud, clock: clock)))
      case .simulated(let scenario):
        let scooter = try SimulatedPort(scenario: scenario)
        inputs.simulated.append(scooter)
        inputs.add(try LiveSerial(scooter.path, name: name, detail: scooter.name, baud: baud, clock: clock))
      case .file, .standardInput: throw InputError(spec.text, "is a recording, not live")
      }
    }
    for scooter in inputs.simulated { scooter.start() }
    return inputs
  }
}

/// Live sources that are open, with what belongs to them.
struct LiveInputs {
  let clock: CaptureClock
  var sources: [LiveSource] = []
  var simulated: [SimulatedPort] = []

  init(clock: CaptureClock) { self.clock = clock }

  /// Whether all of it is the built-in scooter, whose end is the end.
  var isSimulated: Bool { simulated.count == sources.count }

  mutating func add(_ port: LiveSerial) { sources.append(.serial(port)) }

  /// Ends the scooters.
  func stop() {
    for scooter in simulated { scooter.stop() }
  }

  /// How good the ports were, for the summary.
  var notes: [String] {
    sources.compactMap {
      guard case .serial(let port) = $0 else { return nil }
      var words: [String] = []
      if let timer = port.latencyTimer {
        words.append("latency timer \(timer) ms\(timer > 1 ? " (1 ms tells senders apart better)" : "")")
      }
      if let counters = port.counters { words.append("driver counted \(counters.words)") }
      if port.lateDeliveries > 0 { words.append("\(port.lateDeliveries) late deliveries") }
      return words.isEmpty ? nil : "\(port.tap.name): \(words.joined(separator: "; "))"
    }
  }
}

/// A recording whose taps bear the name that the user gave.
struct NamedSource: RecordedSource {
  private var source: any RecordedSource
  private let name: String

  init(_ source: any RecordedSource, name: String) {
    self.source = source
    self.name = name
  }

  var taps: [Tap] {
    let taps = source.taps
    return taps.enumerated().map { index, tap in
      var tap = tap
      // A second tap may become known later: the first one's name must not change then.
      tap.name = index == 0 ? name : "\(name).\(index)"
      return tap
    }
  }

  var origin: Int64? { source.origin }
  var warnings: [InputError] { source.warnings }
  var sample: BlockSample { source.sample }
  mutating func next() throws(InputError) -> ByteChunk? { try source.next() }
}
