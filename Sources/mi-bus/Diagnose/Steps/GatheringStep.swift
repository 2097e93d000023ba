import BusTimeline
import Synchronization
import UartSniffer

/// Gathers what a diagnosis needs of attributed events.
final class GatheringStep: PipelineStep {
  private let state: Mutex<DiagnoseSink>
  private let batches: PieceQueue<AttributedEvents>

  init(_ sink: DiagnoseSink, from batches: PieceQueue<AttributedEvents>) {
    state = Mutex(sink)
    self.batches = batches
  }

  func goOn() -> StepOutcome {
    state.withLockIfAvailable { sink in
      switch batches.take() {
      case .piece(let batch):
        sink.builder.add(taps: batch.taps)
        batch.give(to: &sink)
        return .did
      case .waits: return .waits
      case .isOver: return .isOver
      }
    } ?? .waits
  }

  /// Ends the gathering, and gives what was gathered. To be called once, at the end.
  ///
  /// - Parameter taps: all of them, also those of which no event came.
  func finish(taps: [Tap]) -> DiagnoseSink {
    state.withLock { sink in
      sink.builder.add(taps: taps)
      sink.finish()
      return sink
    }
  }
}
