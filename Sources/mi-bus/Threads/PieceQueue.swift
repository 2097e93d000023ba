import Synchronization

/// What one step makes and the next one uses, in order. Nobody waits here: a step that finds no piece, or no room, is
/// asked again later.
final class PieceQueue<Piece: Sendable>: Sendable {
  private struct Contents {
    var pieces: [Piece] = []
    var isEnded = false
  }

  private let contents = Mutex(Contents())
  private let most: Int

  /// - Parameter most: pieces from which on there is no room. What a step makes at once may be more than one.
  init(most: Int) { self.most = most }

  var hasRoom: Bool { contents.withLock { $0.pieces.count < most } }

  /// Takes the piece over: whoever takes it out may change it in place.
  func put(_ piece: consuming Piece) {
    var piece: Piece? = piece
    contents.withLock { contents in
      // Not kept here for a moment longer: what is shared would be copied when it is changed.
      if let piece = piece.take() { contents.pieces.append(piece) }
    }
  }

  /// What comes next.
  enum Next {
    case piece(Piece)
    /// Nothing yet.
    case waits
    /// Nothing any more.
    case isOver
  }

  /// Takes the oldest piece out, if there is one.
  func take() -> Next {
    contents.withLock { contents in
      guard contents.pieces.isEmpty else { return .piece(contents.pieces.removeFirst()) }
      return contents.isEnded ? .isOver : .waits
    }
  }

  /// Says that no more pieces come.
  func end() { contents.withLock { $0.isEnded = true } }

  /// Whether `end` was called.
  var isEnded: Bool { contents.withLock { $0.isEnded } }
}

extension PieceQueue.Next: Equatable where Piece: Equatable {}
