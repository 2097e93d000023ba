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
  private let batches: PieceQueue<AttributedEvents>

  init(_ sink: DiagnoseSink, from batches: PieceQueue<AttributedEvents>) {
    state = Mutex(State(sink: sink))
    self.batches = batches
  }

  func goOn() -> StepOutcome {
    state.withLockIfAvailable { state in
      guard let batch = batches.take() else { return batches.isOver ? .isOver : .waits }
      Self.name(batch.taps, &state)
      batch.give(to: &state.sink)
      return .did
    } ?? .waits
  }

  private static func name(_ taps: [Tap], _ state: inout State) {
    guard taps != state.taps else { return }
    state.taps = taps
    state.sink.builder.add(taps: taps)
  }

  /// Ends the gathering, and gives what was gathered. To be called once, at the end.
  ///
  /// - Parameter taps: all of them, also those of which no event came.
  func finish(taps: [Tap]) -> DiagnoseSink {
    state.withLock { state in
      Self.name(taps, &state)
      state.sink.finish()
      return state.sink
    }
  }
}
