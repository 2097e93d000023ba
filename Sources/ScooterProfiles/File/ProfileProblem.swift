/// Something wrong in a profile file, where it is and what would be right.
public struct ProfileProblem: Hashable, Sendable, CustomStringConvertible {
  /// The file's path, or the name of a built-in profile.
  public var file: String
  /// From 1; 0 where the whole file is meant.
  public var line: Int
  /// What is wrong and what is allowed, in one sentence.
  public var message: String

  public init(file: String, line: Int, message: String) {
    self.file = file
    self.line = line
    self.message = message
  }

  /// `file:line: message`, the shape that editors jump to.
  public var description: String { line > 0 ? "\(file):\(line): \(message)" : "\(file): \(message)" }
}
