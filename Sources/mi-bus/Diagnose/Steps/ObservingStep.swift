import BusTimeline
import Synchronization
import UartSniffer

/// Makes events of a recording's bytes, with what each shows of its sender.
final class ObservingStep: PipelineStep {
  /// Events, and the taps that were known by then.
  struct Piece: Sendable {
    var events: ObservedEvents
    var taps: [Tap]
  }

  private let state: Mutex<ObservedStream>
  private let chunks: PieceQueue<ReadingStep.Piece>
  private let pieces: PieceQueue<Piece>

  init(_ stream: ObservedStream, from chunks: PieceQueue<ReadingStep.Piece>, into pieces: PieceQueue<Piece>) {
    state = Mutex(stream)
    self.chunks = chunks
    self.pieces = pieces
  }

  func goOn() -> StepOutcome {
    state.withLockIfAvailable { stream in
      guard !pieces.isEnded else { return .isOver }
      guard pieces.hasRoom else { return .waits }
      guard let piece = chunks.take() else { return .waits }
      stream.name(taps: piece.taps)
      if let chunk = piece.chunk { stream.push(chunk) } else { stream.finish() }
      let isEnd = piece.chunk == nil
      if stream.isFull || isEnd { pieces.put(Piece(events: stream.take(), taps: stream.taps)) }
      if isEnd { pieces.end() }
      return .did
    } ?? .waits
  }
}
