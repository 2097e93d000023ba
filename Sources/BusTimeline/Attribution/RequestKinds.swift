/// Numbers kinds of requests in the order of their first appearance: a hash table with open addressing, which is asked
/// several times a request.
struct RequestKinds: Sendable {
  /// What makes up a kind, packed.
  private(set) var keys: [UInt32] = []
  /// Where each key is in `keys`, plus one; at least twice as many as keys, and a power of two.
  private var places = [UInt32](repeating: 0, count: 32)

  var count: Int { keys.count }

  /// The number of a kind; nil where it was not met.
  @inline(__always)
  func number(of key: UInt32) -> Int? {
    let number = Int(places[place(of: key)])
    return number > 0 ? number - 1 : nil
  }

  /// The number of a kind, a new one where it was not met.
  mutating func add(_ key: UInt32) -> Int {
    if let number = number(of: key) { return number }
    keys.append(key)
    if keys.count * 2 > places.count {
      places = [UInt32](repeating: 0, count: places.count * 2)
      for (number, key) in keys.enumerated() { places[place(of: key)] = UInt32(number + 1) }
    } else {
      places[place(of: key)] = UInt32(keys.count)
    }
    return keys.count - 1
  }

  /// Where a key is or would be in `places`.
  @inline(__always)
  private func place(of key: UInt32) -> Int {
    let mask = places.count - 1
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B1) >> 8) & mask
    while places[place] != 0, keys[Int(places[place]) - 1] != key { place = (place + 1) & mask }
    return place
  }
}
