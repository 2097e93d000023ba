/// What a person pressed.
public enum Key: Hashable, Sendable {
  case up, down, pageUp, pageDown, home, end
  case enter, escape, backspace
  case character(Unicode.Scalar)
}
