/// A parser and what must hold for it, whatever the input.
///
/// A trap, a hang, too much memory or a failed `require` is a finding; an `InputError` is not.
protocol FuzzTarget: SendableMetatype {
  /// What the command line calls it; its seeds lie in `Fuzz/Corpus/NAME`.
  static var name: String { get }
  static func test(_ input: [UInt8])
}

/// Ends the run with a finding unless `condition` holds.
func require(_ condition: Bool, _ rule: StaticString, file: StaticString = #file, line: UInt = #line) {
  if !condition { fatalError("\(rule)", file: file, line: line) }
}
