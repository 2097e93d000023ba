/// What later frames told of a request's place in the rhythm.
struct ClearRhythm: Sendable {
  /// Logarithm of how much likelier a foreign sender is than the BLE module.
  enum Rhythm: Sendable {
    case slot(Float)
    case pattern(Float)
  }

  /// The request's number.
  var id: Int64
  var rhythm: Rhythm
}
