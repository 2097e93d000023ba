import BusTimeline
import Synchronization
import UartSniffer

/// Makes events of a recording's bytes, with what each shows of its sender.
final class ObservingStep: PipelineStep {
  private let state: Mutex<ObservedStream>
  private let chunks: PieceQueue<ReadingStep.Piece>
  private let events: PieceQueue<ObservedEvents>

  init(_ stream: ObservedStream, from chunks: PieceQueue<ReadingStep.Piece>, into events: PieceQueue<ObservedEvents>) {
    state = Mutex(stream)
    self.chunks = chunks
    self.events = events
  }

  func goOn() -> StepOutcome {
    state.withLockIfAvailable { stream in
      guard !events.isEnded else { return .isOver }
      guard events.hasRoom else { return .waits }
      switch chunks.take() {
      case .piece(let piece):
        stream.name(taps: piece.taps)
        if let chunk = piece.chunk { stream.push(chunk) }
        if stream.isFull { events.put(stream.take()) }
      case .waits: return .waits
      case .isOver:
        stream.finish()
        events.put(stream.take())
        events.end()
      }
      return .did
    } ?? .waits
  }
}
