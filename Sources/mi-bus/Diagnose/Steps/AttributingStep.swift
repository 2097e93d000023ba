import BusTimeline
import NinebotBus
import Synchronization
import UartSniffer

/// Finds the senders of events.
final class AttributingStep: PipelineStep {
  private struct State {
    var attributor: Attributor
    var taps: [Tap] = []
    var isEmpty = true
    /// What the last call decided.
    var decided: [AttributedEvents] = []
  }

  private let state: Mutex<State>
  /// What the phone is known to have asked for; nil where that is not known.
  private let phone: PhoneRequests?
  private let events: PieceQueue<ObservedEvents>
  private let decided: PieceQueue<AttributedEvents>

  /// - Parameters:
  ///   - attributor: without taps.
  ///   - phone: what the phone is known to have asked for; nil where that is not known.
  ///   - events: what its observer saw.
  ///   - decided: where they go.
  init(
    _ attributor: Attributor, phone: PhoneRequests?, from events: PieceQueue<ObservedEvents>,
    into decided: PieceQueue<AttributedEvents>
  ) {
    state = Mutex(State(attributor: attributor))
    self.phone = phone
    self.events = events
    self.decided = decided
  }

  func goOn() -> StepOutcome {
    state.withLockIfAvailable { state in
      guard !decided.isEnded else { return .isOver }
      guard decided.hasRoom else { return .waits }
      if let events = events.take() {
        if events.count > 0 { state.isEmpty = false }
        name(events.taps, &state)
        state.attributor.push(events, into: &state.decided)
        handOn(&state.decided)
        return .did
      }
      guard events.isOver else { return .waits }
      state.attributor.finish(into: &state.decided)
      handOn(&state.decided)
      decided.end()
      return .did
    } ?? .waits
  }

  private func name(_ taps: [Tap], _ state: inout State) {
    guard taps != state.taps else { return }
    state.taps = taps
    state.attributor.add(taps: taps)
    guard let phone else { return }
    for tap in taps.indices { state.attributor.set(phone: phone, tap: tap) }
  }

  private func handOn(_ batches: inout [AttributedEvents]) {
    for batch in batches { decided.put(batch) }
    batches.removeAll(keepingCapacity: true)
  }

  /// Requests and answers of all events, the taps, and whether there was no event.
  var outcome: (exchanges: ExchangeTotals, taps: [Tap], isEmpty: Bool) {
    state.withLock { ($0.attributor.exchanges, $0.taps, $0.isEmpty) }
  }
}
