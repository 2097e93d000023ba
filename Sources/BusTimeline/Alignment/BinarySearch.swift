extension RandomAccessCollection where Index == Int {
  /// The first index from which on a condition holds, where it holds for all elements behind one that satisfies it; the
  /// end where it holds for none.
  @inline(__always)
  package func partitioningIndex(where holds: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
