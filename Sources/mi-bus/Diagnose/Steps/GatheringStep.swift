import BusTimeline
import Synchronization
import UartSniffer

/// Gathers what a diagnosis needs of attributed events.
final class GatheringStep: PipelineStep {
  private struct State {
    var sink: DiagnoseSink
    /// Those that the sink knows of.
    var taps: [Tap] = []
  }

  private let state: Mutex<State>
  private let batches: PieceQueue<EventBatch>

  init(_ sink: DiagnoseSink, from batches: PieceQueue<EventBatch>) {
    state = Mutex(State(sink: sink))
    self.batches = batches
  }

  func goOn() -> StepOutcome {
    state.withLockIfAvailable { state in
      guard let batch = batches.take() else { return batches.isOver ? .isOver : .waits }
      if batch.taps != state.taps {
        state.sink.builder.add(taps: batch.taps)
        state.taps = batch.taps
      }
      batch.give(to: &state.sink)
      return .did
    } ?? .waits
  }

  /// Ends the gathering, and gives what was gathered. To be called once, at the end.
  func finish() -> DiagnoseSink {
    state.withLock { state in
      state.sink.finish()
      return state.sink
    }
  }
}
