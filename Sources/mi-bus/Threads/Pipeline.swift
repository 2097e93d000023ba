import Dispatch
import Foundation
import Synchronization

/// One of the steps that pieces of work go through, one after another.
protocol PipelineStep: Sendable {
  /// Does the next piece of its work, unless another thread is at it.
  func goOn() -> StepOutcome
}

/// What came of asking a step to go on.
enum StepOutcome {
  /// It did a piece of its work.
  case did
  /// There is nothing to do yet, no room for what would come of it, or another thread is at it.
  case waits
  /// All of its work is done.
  case isOver
}

/// Runs steps that hand pieces of work to each other, with a thread for each processor.
///
/// A thread takes the last step that can go on. So a piece goes through several steps while it is in the processor's own
/// memory, little waits between them, and no thread is idle while any step can go on. With a thread for each step, two
/// processors were idle for a tenth of the time: threads waited for their neighbours, and to be woken.
struct Pipeline {
  private let steps: [any PipelineStep]

  /// - Parameter steps: in the order in which work goes through them; none may wait for another.
  init(_ steps: [any PipelineStep]) { self.steps = steps }

  /// More threads than steps have nothing to do; with one alone nothing is done while it waits for a disk.
  private static let threads = 2...4

  /// Works until the last step is over.
  func run() {
    let pace = Pace()
    let others =
      min(max(ProcessInfo.processInfo.activeProcessorCount, Self.threads.lowerBound), Self.threads.upperBound) - 1
    let ended = DispatchSemaphore(value: 0)
    for _ in 0..<others {
      Thread.detachNewThread {
        work(pace)
        ended.signal()
      }
    }
    work(pace)
    for _ in 0..<others { ended.wait() }
  }

  private func work(_ pace: Pace) {
    while true {
      let seen = pace.count
      switch next() {
      case .did: pace.advance()
      case .waits: pace.wait(from: seen)
      case .isOver:
        pace.advance()
        return
      }
    }
  }

  private func next() -> StepOutcome {
    for (index, step) in steps.enumerated().reversed() {
      switch step.goOn() {
      case .did: return .did
      case .isOver where index == steps.count - 1: return .isOver
      case .waits, .isOver: continue
      }
    }
    return .waits
  }
}

/// How much was done by all threads: what one of them waits for when there is nothing for it to do.
private final class Pace: Sendable {
  private struct State {
    var count = 0
    var sleeping = 0
  }

  private let state = Mutex(State())
  private let woken = DispatchSemaphore(value: 0)

  var count: Int { state.withLock { $0.count } }

  /// Tells that something was done.
  func advance() {
    let sleeping = state.withLock { state in
      state.count += 1
      defer { state.sleeping = 0 }
      return state.sleeping
    }
    for _ in 0..<sleeping { woken.signal() }
  }

  /// Waits until more was done than `count`. Another thread is at some step then, or all are over: so it ends.
  func wait(from count: Int) {
    let sleeps = state.withLock { state in
      guard state.count == count else { return false }
      state.sleeping += 1
      return true
    }
    if sleeps { woken.wait() }
  }
}
