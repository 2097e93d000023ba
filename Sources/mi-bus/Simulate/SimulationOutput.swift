import CaptureFiles
import NinebotBus
import ScooterSim
import UartSniffer

/// One file of a simulation: takes what it needs of all that happens.
protocol SimulationOutput {
  /// The next thing that happened.
  mutating func take(_ occurrence: Occurrence) throws(OutputError)
  /// The next bytes that a receiver got.
  mutating func take(_ chunk: ByteChunk) throws(OutputError)
  /// The run is over at `time`, nanoseconds.
  mutating func finish(at time: Int64) throws(OutputError)
}

extension SimulationOutput {
  mutating func take(_ occurrence: Occurrence) throws(OutputError) {}
  mutating func take(_ chunk: ByteChunk) throws(OutputError) {}
}

/// Text or samples leave the memory in pieces of this size.
private let highWater = 1 << 16

/// Frames and what lies between them, in a format of `sniff --write`.
struct RecorderOutput: SimulationOutput {
  private var stream = EventStream()
  private var sink: Sink

  private struct Sink: BusEventSink {
    var recorder: any Recorder

    mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) throws(OutputError) {
      try recorder.record(event, bytes, tap: tap)
    }
  }

  /// Idle nanoseconds inside a frame that end it, as in `sniff`.
  private static let pause: Int64 = 2_000_000

  init(_ recorder: any Recorder, taps: [Tap]) throws(OutputError) {
    var recorder = recorder
    // Taps come in one order everywhere, so the recorder's index is that of the tap.
    for tap in taps { _ = try recorder.add(tap) }
    sink = Sink(recorder: recorder)
    stream.add(taps: taps, pause: Self.pause)
  }

  mutating func take(_ chunk: ByteChunk) throws(OutputError) { try stream.push(chunk, into: &sink) }

  mutating func finish(at time: Int64) throws(OutputError) {
    try stream.finish(into: &sink)
    try sink.recorder.flush()
  }
}

/// Bytes with their times as CSV.
struct TimedBytesOutput: SimulationOutput {
  private var writer = TimedBytesWriter()
  private var sink: DescriptorSink

  init(_ sink: DescriptorSink) { self.sink = sink }

  mutating func take(_ chunk: ByteChunk) throws(OutputError) {
    for (byte, time) in zip(chunk.bytes, chunk.times) { writer.push(byte, time) }
    if writer.text.count >= highWater { try flush() }
  }

  mutating func finish(at time: Int64) throws(OutputError) { try flush() }

  private mutating func flush() throws(OutputError) {
    let text = writer.takeText()
    try sink.write(text.span)
  }
}

/// Edges of all lines as a value change dump.
struct ValueChangeOutput: SimulationOutput {
  private var recorder: EdgeRecorder
  private var writer: ValueChangeDumpWriter
  private var sink: DescriptorSink

  init(_ sink: DescriptorSink, lines: [Line], scenario: Scenario) {
    recorder = EdgeRecorder(lines, rule: scenario.rule)
    writer = ValueChangeDumpWriter(lines)
    self.sink = sink
  }

  mutating func take(_ occurrence: Occurrence) throws(OutputError) {
    recorder.push(occurrence)
    writer.push(recorder.takeEdges())
    if writer.text.count >= highWater { try flush() }
  }

  mutating func finish(at time: Int64) throws(OutputError) {
    writer.push(recorder.finish())
    writer.finish(at: time)
    try flush()
  }

  private mutating func flush() throws(OutputError) {
    let text = writer.takeText()
    try sink.write(text.span)
  }
}

/// Samples of all lines, one byte each.
struct SampleOutput: SimulationOutput {
  private var recorder: EdgeRecorder
  private var writer: RawSampleWriter
  private var sink: DescriptorSink

  init(_ sink: DescriptorSink, lines: [Line], rate: Int64, scenario: Scenario) {
    recorder = EdgeRecorder(lines, rule: scenario.rule)
    writer = RawSampleWriter(rate: rate, channels: lines.count)
    self.sink = sink
  }

  mutating func take(_ occurrence: Occurrence) throws(OutputError) {
    recorder.push(occurrence)
    writer.push(recorder.takeEdges())
    if writer.samples.count >= highWater { try flush() }
  }

  mutating func finish(at time: Int64) throws(OutputError) {
    writer.push(recorder.finish())
    writer.advance(to: time)
    try flush()
  }

  private mutating func flush() throws(OutputError) {
    let samples = writer.takeSamples()
    try sink.write(samples.span)
  }
}

/// The phone's log.
struct PhoneOutput: SimulationOutput {
  private var log: SimulatedPhoneLog<BufferedSink>

  init(_ log: SimulatedPhoneLog<BufferedSink>) { self.log = log }

  mutating func take(_ occurrence: Occurrence) throws(OutputError) { try log.push(occurrence) }

  mutating func finish(at time: Int64) throws(OutputError) {
    try log.finish(at: time)
    var sink = log.sink
    try sink.flush()
  }
}

/// Records of some dozen bytes, gathered into large writes.
struct BufferedSink: ByteSink {
  private var sink: DescriptorSink
  private var pending: [UInt8] = []

  init(_ sink: DescriptorSink) { self.sink = sink }

  var name: String { sink.name }

  mutating func write(_ bytes: Span<UInt8>) throws(OutputError) {
    bytes.withUnsafeBufferPointer { pending.append(contentsOf: $0) }
    if pending.count >= highWater { try flush() }
  }

  mutating func flush() throws(OutputError) { try sink.drain(&pending) }
}

/// What really happened.
struct TruthOutput: SimulationOutput {
  private var writer = GroundTruthWriter(hasRadio: true)
  private var sink: DescriptorSink

  /// - Parameter header: the first line, without its end.
  init(_ sink: DescriptorSink, header: String) throws(OutputError) {
    self.sink = sink
    let line = Array((header + "\n").utf8)
    try self.sink.write(line.span)
  }

  mutating func take(_ occurrence: Occurrence) throws(OutputError) {
    writer.push(occurrence)
    if writer.text.count >= highWater { try flush() }
  }

  mutating func finish(at time: Int64) throws(OutputError) { try flush() }

  private mutating func flush() throws(OutputError) {
    let text = writer.takeText()
    try sink.write(text.span)
  }
}
