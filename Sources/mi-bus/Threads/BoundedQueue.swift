import Dispatch
import Synchronization

/// What one thread makes and another uses, in order. The maker waits while it is full, the user while it is empty.
///
/// Neither wait has a deadline of its own: each ends as soon as the other side goes on, and both end with the input.
final class BoundedQueue<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])
  private let filled = DispatchSemaphore(value: 0)
  private let free = DispatchSemaphore(value: 0)
  private let isClosed = Atomic(false)

  /// - Parameter most: elements that wait at most.
  init(most: Int) {
    // Counted up instead of begun with: Dispatch does not let a semaphore go that is below what it began with.
    for _ in 0..<most { free.signal() }
  }

  /// Adds an element once there is room. False when nobody wants it any more.
  func put(_ element: Element) -> Bool {
    free.wait()
    guard !isClosed.load(ordering: .acquiring) else { return false }
    elements.withLock { $0.append(element) }
    filled.signal()
    return true
  }

  /// The oldest element, once there is one.
  func take() -> Element {
    filled.wait()
    defer { free.signal() }
    return elements.withLock { $0.removeFirst() }
  }

  /// Says that nobody takes elements any more: the maker ends.
  func close() {
    isClosed.store(true, ordering: .releasing)
    free.signal()
  }
}
