public import NinebotBus

/// A value for each role: a dictionary without hashing, for what is looked up with every frame.
public struct RoleTable<Value: Sendable>: Sendable {
  private var values: [8 of Value]

  /// - Parameter value: what every role has at first.
  public init(_ value: Value) { values = [8 of Value](repeating: value) }

  public subscript(_ role: Role) -> Value {
    @inline(__always) get { values[Int(role.rawValue)] }
    @inline(__always) set { values[Int(role.rawValue)] = newValue }
  }
}

extension RoleTable where Value == Int {
  /// The roles that were counted, in their order, and how often.
  public var counted: [(role: Role, count: Int)] {
    Role.allCases.map { ($0, self[$0]) }.filter { $0.1 > 0 }
  }
}
