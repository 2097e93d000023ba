import COpenSSL

/// The page's own script and style, and their hashes for its Content-Security-Policy.
enum PageSource {
  static let style = PackageResources.page_css
  /// In this order: each uses what stands before it.
  static let script = [
    PackageResources.events_js, PackageResources.view_js, PackageResources.map_js, PackageResources.drawing_js,
    PackageResources.details_js, PackageResources.controls_js,
  ]

  static let styleHash = hash(style)
  static let scriptHash = hash(script.flatMap { $0 })

  /// A CSP hash source (W3C CSP3, 2.3.1): `sha256-` and the hash of the element's text in base64.
  private static func hash(_ text: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    EVP_Digest(text, text.count, &digest, &length, EVP_sha256(), nil)
    var encoder = Base64Encoder()
    encoder.append(digest.span)
    encoder.finish()
    return "sha256-" + String(decoding: encoder.text, as: UTF8.self)
  }
}
