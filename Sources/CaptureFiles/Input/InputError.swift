/// Why an input cannot be used: the thing, the cause and the way out, each in words for a person.
public struct InputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The path, port or stream that failed.
  public var thing: String
  /// What is wrong with it.
  public var cause: String
  /// What to do about it, where that is known.
  public var remedy: String?

  public init(_ thing: String, _ cause: String, remedy: String? = nil) {
    self.thing = thing
    self.cause = cause
    self.remedy = remedy
  }

  /// One line: thing, cause, way out.
  public var description: String {
    remedy.map { "\(thing): \(cause); \($0)" } ?? "\(thing): \(cause)"
  }
}
