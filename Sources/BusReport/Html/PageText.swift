import CaptureFiles

/// HTML on its way out: markup of the program itself goes in as it is, everything else escaped.
struct PageText {
  private(set) var bytes: [UInt8] = []

  /// Markup of this program, never of a capture.
  mutating func raw(_ markup: String) { bytes.append(contentsOf: markup.utf8) }

  /// The same from a resource.
  mutating func raw(_ markup: [UInt8]) { bytes.append(contentsOf: markup) }

  /// Any text, so that a browser shows exactly it; control characters become U+FFFD. Right in elements and in quoted
  /// attributes.
  mutating func text(_ text: some StringProtocol) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): raw("&amp;")
      case UInt8(ascii: "<"): raw("&lt;")
      case UInt8(ascii: ">"): raw("&gt;")
      case UInt8(ascii: "\""): raw("&quot;")
      case UInt8(ascii: "'"): raw("&#39;")
      case 0..<0x20, 0x7F: raw(byte == 0x0A || byte == 0x09 ? " " : "\u{FFFD}")
      default: bytes.append(byte)
      }
    }
  }

  /// An element that holds only text.
  mutating func element(_ tag: StaticString, class name: StaticString? = nil, _ content: some StringProtocol) {
    raw("<\(tag)")
    if let name { raw(" class=\"\(name)\"") }
    raw(">")
    text(content)
    raw("</\(tag)>")
  }

  /// Hands on what was written.
  mutating func drain(into sink: inout some ByteSink) throws(OutputError) { try sink.drain(&bytes) }
}

/// JSON strings that are safe inside a script element.
struct JsonText {
  private(set) var bytes: [UInt8] = []

  mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      // A script element ends at its end tag whatever the JSON says.
      case 0..<0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), 0x7F: escape(byte)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    let digits = Array("0123456789abcdef".utf8)
    raw("\\u00")
    bytes.append(digits[Int(byte >> 4)])
    bytes.append(digits[Int(byte & 15)])
  }

  mutating func drain(into sink: inout some ByteSink) throws(OutputError) { try sink.drain(&bytes) }
}
