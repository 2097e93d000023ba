import BusTimeline
import NinebotBus
import Synchronization

/// Finds the senders of events.
final class AttributingStep: PipelineStep {
  private struct State {
    var attributor: Attributor
    var isEmpty = true
    /// What the last call decided.
    var decided: [AttributedEvents] = []
  }

  private let state: Mutex<State>
  private let events: PieceQueue<ObservedEvents>
  private let decided: PieceQueue<AttributedEvents>

  /// - Parameters:
  ///   - attributor: without taps.
  ///   - events: what its observer saw.
  ///   - decided: where they go.
  init(_ attributor: Attributor, from events: PieceQueue<ObservedEvents>, into decided: PieceQueue<AttributedEvents>) {
    state = Mutex(State(attributor: attributor))
    self.events = events
    self.decided = decided
  }

  func goOn() -> StepOutcome {
    state.withLockIfAvailable { state in
      guard !decided.isEnded else { return .isOver }
      guard decided.hasRoom else { return .waits }
      switch events.take() {
      case .piece(let events):
        if events.count > 0 { state.isEmpty = false }
        state.attributor.add(taps: events.taps)
        state.attributor.push(events, into: &state.decided)
        handOn(&state.decided)
      case .waits: return .waits
      case .isOver:
        state.attributor.finish(into: &state.decided)
        handOn(&state.decided)
        decided.end()
      }
      return .did
    } ?? .waits
  }

  private func handOn(_ batches: inout [AttributedEvents]) {
    for batch in batches { decided.put(batch) }
    batches.removeAll(keepingCapacity: true)
  }

  /// Requests and answers of all events, and whether there was no event.
  var outcome: (exchanges: ExchangeTotals, isEmpty: Bool) {
    state.withLock { ($0.attributor.exchanges, $0.isEmpty) }
  }
}
