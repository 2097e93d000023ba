import BusTimeline
import CaptureFiles
import NinebotBus
import UartSniffer

/// A recording on its way into a diagnosis: read, made into events, their senders found, and gathered, each with what
/// processors there are.
struct RecordedDiagnosis {
  private let reading: ReadingStep
  private let observing: ObservingStep
  private let attributing: AttributingStep
  private let gathering: GatheringStep

  /// Pieces that wait between two steps at most: seldom more than one, since the later step is taken first.
  private static let most = 8

  /// - Parameters:
  ///   - attributor: without taps.
  ///   - pause: idle nanoseconds inside a frame that end it.
  ///   - sink: what is gathered into.
  init(_ source: any RecordedSource, _ attributor: Attributor, pause: Int64, sink: DiagnoseSink) {
    let chunks = PieceQueue<ReadingStep.Piece>(most: Self.most)
    let events = PieceQueue<ObservedEvents>(most: Self.most)
    let decided = PieceQueue<AttributedEvents>(most: Self.most)
    reading = ReadingStep(source, into: chunks)
    observing = ObservingStep(ObservedStream(attributor.observer, pause: pause), from: chunks, into: events)
    attributing = AttributingStep(attributor, from: events, into: decided)
    gathering = GatheringStep(sink, from: decided)
  }

  /// What came of it.
  struct Outcome {
    /// At its end.
    var source: any RecordedSource
    /// What ended the reading before that.
    var defect: InputError?
    /// Whether nothing could be read.
    var isEmpty: Bool
    var exchanges: ExchangeTotals
    var sink: DiagnoseSink
  }

  /// Works to the recording's end. To be called once.
  func run() -> Outcome {
    Pipeline([reading, observing, attributing, gathering]).run()
    let (source, defect) = reading.outcome
    let (exchanges, isEmpty) = attributing.outcome
    return Outcome(
      source: source, defect: defect, isEmpty: isEmpty, exchanges: exchanges, sink: gathering.finish(taps: source.taps))
  }
}
