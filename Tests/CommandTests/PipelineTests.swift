import Foundation
import Synchronization
import Testing

@testable import mi_bus

/// Steps that hand pieces to each other, worked on by several threads.
struct PipelineTests {
  /// Adds its number to each piece of work; the first step makes the pieces.
  private final class Step: PipelineStep {
    struct Piece: Sendable {
      var number: Int
      var steps: [Int] = []
    }

    private let number: Int
    private let pieces: Int
    private let source: PieceQueue<Piece>?
    private let target: PieceQueue<Piece>
    /// Pieces that it made.
    private let made = Mutex(0)
    private let pause: @Sendable (Int) -> Void

    init(
      _ number: Int, pieces: Int, from source: PieceQueue<Piece>?, into target: PieceQueue<Piece>,
      pause: @escaping @Sendable (Int) -> Void
    ) {
      (self.number, self.pieces, self.source, self.target, self.pause) = (number, pieces, source, target, pause)
    }

    func goOn() -> StepOutcome {
      made.withLockIfAvailable { made in
        guard !target.isEnded else { return .isOver }
        guard target.hasRoom else { return .waits }
        switch source?.take() ?? next(&made) {
        case .piece(var piece):
          pause(piece.number)
          piece.steps.append(number)
          target.put(piece)
        case .waits: return .waits
        case .isOver: target.end()
        }
        return .did
      } ?? .waits
    }

    private func next(_ made: inout Int) -> PieceQueue<Piece>.Next {
      guard made < pieces else { return .isOver }
      defer { made += 1 }
      return .piece(Piece(number: made))
    }
  }

  /// Takes all, and ends with the last.
  private final class Sink: PipelineStep {
    private let source: PieceQueue<Step.Piece>
    let taken = Mutex<[Step.Piece]>([])

    init(from source: PieceQueue<Step.Piece>) { self.source = source }

    func goOn() -> StepOutcome {
      taken.withLockIfAvailable { taken in
        switch source.take() {
        case .piece(let piece):
          taken.append(piece)
          return .did
        case .waits: return .waits
        case .isOver: return .isOver
        }
      } ?? .waits
    }
  }

  /// Runs steps with queues between them that have room for so many pieces.
  private func run(
    _ pieces: Int, steps: Int, most: Int, pause: @escaping @Sendable (Int) -> Void = { _ in }
  ) -> [Step.Piece] {
    let queues = (0..<steps).map { _ in PieceQueue<Step.Piece>(most: most) }
    let all: [any PipelineStep] = (0..<steps).map { number in
      Step(
        number, pieces: pieces, from: number == 0 ? nil : queues[number - 1], into: queues[number], pause: pause)
    }
    let sink = Sink(from: queues[steps - 1])
    Pipeline(all + [sink]).run()
    return sink.taken.withLock { $0 }
  }

  @Test(
    "Every piece goes through every step, in order, and the end comes",
    arguments: [(0, 1, 1), (1, 3, 1), (5000, 1, 1), (5000, 3, 1), (5000, 3, 8), (300, 12, 2)])
  func order(pieces: Int, steps: Int, most: Int) {
    let taken = run(pieces, steps: steps, most: most)
    #expect(taken.map(\.number) == Array(0..<pieces))
    #expect(taken.allSatisfy { $0.steps == Array(0..<steps) })
  }

  @Test("The same where steps take as long as they like")
  func uneven() {
    let taken = run(200, steps: 3, most: 2) { number in usleep(UInt32(number % 7 * number % 11) * 50) }
    #expect(taken.map(\.number) == Array(0..<200))
  }

  @Test("A step that waits for its input does not hold up what came before")
  func slowInput() {
    // The second piece comes only once the first has gone through all steps: a pipe that somebody types into.
    let first = DispatchSemaphore(value: 0)
    let queue = PieceQueue<Step.Piece>(most: 8)
    let through = PieceQueue<Step.Piece>(most: 8)
    let reading = Step(0, pieces: 2, from: nil, into: queue) { number in
      if number == 1 { #expect(first.wait(timeout: .now() + 10) == .success) }
    }
    let passing = Step(1, pieces: 0, from: queue, into: through) { number in if number == 0 { first.signal() } }
    let sink = Sink(from: through)
    Pipeline([reading, passing, sink]).run()
    #expect(sink.taken.withLock { $0.count } == 2)
  }

  @Test("A queue that is full has no room, and one that is ended is over when it is empty")
  func queue() {
    let queue = PieceQueue<Int>(most: 2)
    #expect(queue.hasRoom && queue.take() == .waits)
    queue.put(1)
    queue.put(2)
    #expect(!queue.hasRoom)
    queue.end()
    #expect(queue.isEnded)
    #expect(queue.take() == .piece(1) && queue.take() == .piece(2))
    #expect(queue.take() == .isOver)
  }
}
