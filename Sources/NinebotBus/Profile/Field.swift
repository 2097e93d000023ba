/// One value inside a register or a frame's payload: where it lies, how it is stored and what it means.
///
/// A plain value of a few words, so that reading frames allocates nothing. A number is fixed point:
/// `raw * multiplier + addend`, of which the last `decimals` digits stand behind the point.
public struct Field: Hashable, Sendable {
  /// How the bytes are stored; several bytes are little-endian, 32 bits low word first (protocol.md 4).
  public enum Storage: UInt8, Hashable, Sendable, CaseIterable {
    case u8, i8, u16, i16, u32, i32
    /// Text, padded with NUL or blanks.
    case ascii
    /// Bytes without a known meaning.
    case bytes
  }

  /// How a value reads.
  public enum Presentation: UInt8, Hashable, Sendable, CaseIterable {
    /// A fixed-point number; `Profile.name(of:in:)` may have a name for the raw value.
    case number
    /// The raw value in hexadecimal, two digits a byte.
    case hex
    /// Named bits: `Profile.namedValues` holds bit number and name.
    case bits
    /// `FirmwareVersion`: 0x0134 is 1.3.4.
    case version
    /// `PackedDate`: bits 15-9 year, 8-5 month, 4-0 day.
    case date
    /// Text or bytes: see the byte range of the reading.
    case raw
  }

  /// What a client may do with a register.
  public enum Access: UInt8, Hashable, Sendable, CaseIterable {
    case read, write, readWrite
  }

  /// The short name: key in JSON, word in text.
  public var name: Label
  /// The unit behind the number, for instance `km/h`; may be empty.
  public var unit: Label
  /// Why sources disagree (protocol.md 10); where it is not empty, the raw value is shown beside the reading.
  public var dispute: Label
  public var storage: Storage
  public var presentation: Presentation
  public var access: Access
  /// Bytes that the field takes.
  public var size: UInt8
  /// First byte, counted from the register or from the payload; -1 is the frame's argument.
  public var offset: Int16
  /// Digits behind the decimal point.
  public var decimals: UInt8
  /// Number of entries from `firstValue` in `Profile.namedValues`.
  public var valueCount: UInt8
  public var firstValue: UInt16
  public var multiplier: Int32
  public var addend: Int32

  public init(
    name: Label, unit: Label = .none, dispute: Label = .none, storage: Storage, presentation: Presentation,
    access: Access = .read, size: UInt8, offset: Int16 = 0, decimals: UInt8 = 0, valueCount: UInt8 = 0,
    firstValue: UInt16 = 0, multiplier: Int32 = 1, addend: Int32 = 0
  ) {
    self.name = name
    self.unit = unit
    self.dispute = dispute
    self.storage = storage
    self.presentation = presentation
    self.access = access
    self.size = size
    self.offset = offset
    self.decimals = decimals
    self.valueCount = valueCount
    self.firstValue = firstValue
    self.multiplier = multiplier
    self.addend = addend
  }

  /// Whether sources disagree about this field, so that its raw value belongs beside the reading.
  @inlinable public var isDisputed: Bool { !dispute.isEmpty }

  /// Whether the value is a number at all: not text, not bytes.
  @inlinable public var isNumeric: Bool { storage != .ascii && storage != .bytes }
}

/// A name for one raw value, or for one bit.
public struct NamedValue: Hashable, Sendable {
  /// The raw value, or the number of the bit.
  public var value: Int64
  public var name: Label

  public init(value: Int64, name: Label) {
    self.value = value
    self.name = name
  }
}

/// One field as found in a frame.
public struct FieldReading: Hashable, Sendable {
  public var field: Field
  /// The stored number, sign extended; 0 for text and bytes.
  public var raw: Int64
  /// Offset of the first byte in the frame.
  public var offset: UInt16
  /// Bytes there, at most `field.size`: a frame may end inside a text.
  public var count: UInt16

  @inlinable
  public init(field: Field, raw: Int64, offset: Int, count: Int) {
    self.field = field
    self.raw = raw
    self.offset = UInt16(truncatingIfNeeded: offset)
    self.count = UInt16(truncatingIfNeeded: count)
  }

  /// The number without its decimal point: 3588 with two decimals is 35.88.
  @inlinable public var scaled: Int64 { raw &* Int64(field.multiplier) &+ Int64(field.addend) }

  /// Where the bytes lie in the frame.
  @inlinable public var range: Range<Int> { Int(offset)..<(Int(offset) + Int(count)) }
}

/// A firmware version as the devices store it: 0x0134 is 1.3.4 (protocol.md 4.1).
public struct FirmwareVersion: Hashable, Sendable, CustomStringConvertible {
  public var major: UInt8
  public var minor: UInt8
  public var patch: UInt8

  @inlinable
  public init(raw: Int64) {
    major = UInt8(truncatingIfNeeded: raw >> 8)
    minor = UInt8(truncatingIfNeeded: raw >> 4) & 0xF
    patch = UInt8(truncatingIfNeeded: raw) & 0xF
  }

  public var description: String { "\(major).\(minor).\(patch)" }
}

/// A date as the BMS stores it: bits 15-9 year since 2000, 8-5 month, 4-0 day (protocol.md 4.3).
///
/// Nothing promises that month and day are in range.
public struct PackedDate: Hashable, Sendable, CustomStringConvertible {
  public var year: Int
  public var month: Int
  public var day: Int

  @inlinable
  public init(raw: Int64) {
    year = 2000 + Int(raw >> 9 & 0x7F)
    month = Int(raw >> 5 & 0xF)
    day = Int(raw & 0x1F)
  }

  public var description: String {
    "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
  }
}
