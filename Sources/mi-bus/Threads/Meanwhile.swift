import Foundation

/// What a thread of its own makes while this one does something else.
struct Meanwhile<Value: Sendable>: Sendable {
  private let made = BoundedQueue<Value>(most: 1)

  init(_ make: @escaping @Sendable () -> Value) {
    Thread.detachNewThread { [made] in _ = made.put(make()) }
  }

  /// Waits until it is made. To be called once.
  consuming func value() -> Value { made.take() }
}
