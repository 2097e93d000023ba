import CaptureFiles
import Synchronization
import UartSniffer

/// Reads a recording.
final class ReadingStep: PipelineStep {
  /// Bytes, and the taps that were known by then: a file may name more of them at its end, without bytes.
  struct Piece: Sendable {
    var chunk: ByteChunk?
    var taps: [Tap]
  }

  private struct State {
    var source: any RecordedSource
    var defect: InputError?
  }

  private let state: Mutex<State>
  private let pieces: PieceQueue<Piece>

  init(_ source: any RecordedSource, into pieces: PieceQueue<Piece>) {
    state = Mutex(State(source: source))
    self.pieces = pieces
  }

  func goOn() -> StepOutcome {
    state.withLockIfAvailable { state in
      guard !pieces.isEnded else { return .isOver }
      guard pieces.hasRoom else { return .waits }
      var chunk: ByteChunk?
      do throws(InputError) {
        chunk = try state.source.next()
      } catch {
        state.defect = error
      }
      pieces.put(Piece(chunk: chunk, taps: state.source.taps))
      if chunk == nil { pieces.end() }
      return .did
    } ?? .waits
  }

  /// The recording, and what ended the reading before its end.
  var outcome: (source: any RecordedSource, defect: InputError?) { state.withLock { ($0.source, $0.defect) } }
}
