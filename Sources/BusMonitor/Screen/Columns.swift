/// Where the parts of a row lie. What a narrow screen has no room for is left out, the least useful first.
struct Columns: Hashable {
  var count: Range<Int>
  var period: Range<Int>
  var jitter: Range<Int>?
  var tap: Range<Int>?
  var sender: Range<Int>
  var claim: Range<Int>?
  var message: Range<Int>
  var data: Range<Int>
  /// Where decoded values start; they follow the data where there is no column of their own.
  var values: Range<Int>?

  /// - Parameter tapWidth: characters of the longest tap name; 0 where there is one tap only.
  init(width: Int, tapWidth: Int) {
    var next = 0
    func column(_ size: Int) -> Range<Int> {
      defer { next += size + 1 }
      return min(next, width)..<min(next + size, width)
    }
    count = column(width < 60 ? 6 : 7)
    period = column(6)
    jitter = width >= 70 ? column(6) : nil
    tap = tapWidth > 0 && width >= 60 ? column(min(tapWidth, 8)) : nil
    sender = column(6)
    claim = width >= 64 ? column(width >= 100 ? 11 : 8) : nil
    let rest = width - next
    message = column(max(8, min(34, rest / 2)))
    if width >= 140 {
      data = column(max(24, (width - next) * 2 / 5))
      values = column(max(0, width - next))
    } else {
      data = column(max(0, width - next))
      values = nil
    }
  }
}
