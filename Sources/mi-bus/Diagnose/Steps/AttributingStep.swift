import BusTimeline
import NinebotBus
import Synchronization
import UartSniffer

/// Finds the senders of events.
final class AttributingStep: PipelineStep {
  private struct State: ~Copyable {
    var stream: AttributedStream<EventBatches>
    var isEmpty = true
  }

  private let state: Mutex<State>
  /// What the phone is known to have asked for; nil where that is not known.
  private let phone: PhoneRequests?
  private let events: PieceQueue<ObservingStep.Piece>
  private let batches: PieceQueue<EventBatch>

  init(
    _ stream: consuming sending AttributedStream<EventBatches>, phone: PhoneRequests?,
    from events: PieceQueue<ObservingStep.Piece>, into batches: PieceQueue<EventBatch>
  ) {
    state = Mutex(State(stream: stream))
    self.phone = phone
    self.events = events
    self.batches = batches
  }

  func goOn() -> StepOutcome {
    state.withLockIfAvailable { state in
      guard !batches.isEnded else { return .isOver }
      guard batches.hasRoom else { return .waits }
      if let piece = events.take() {
        if piece.events.count > 0 { state.isEmpty = false }
        name(piece.taps, &state.stream)
        state.stream.push(piece.events)
        for batch in state.stream.sink.takeFull() { batches.put(batch) }
        return .did
      }
      guard events.isOver else { return .waits }
      state.stream.finish()
      for batch in state.stream.sink.takeAll() { batches.put(batch) }
      batches.end()
      return .did
    } ?? .waits
  }

  private func name(_ taps: [Tap], _ stream: inout AttributedStream<EventBatches>) {
    guard stream.name(taps: taps) else { return }
    stream.sink.taps = taps
    if let phone { stream.set(phone: phone) }
  }

  /// Requests and answers of all events, and whether there was none.
  var outcome: (exchanges: ExchangeTotals, isEmpty: Bool) {
    state.withLock { ($0.stream.exchanges, $0.isEmpty) }
  }
}
