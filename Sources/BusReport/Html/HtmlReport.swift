public import BusTimeline
public import CaptureFiles

/// One self-contained page that explains a capture: verdict, story, numbers, time line, tables.
///
/// The page loads nothing: its Content-Security-Policy forbids every request and lets run only the script and the style
/// that are in it, by their hashes.
public struct HtmlReport: Sendable {
  /// What the bus capture is called; shown as text.
  public var title: String
  /// What the phone's log is called; nil where there is none.
  public var phoneTitle: String?
  /// When the capture began, in words; nil where it is not known.
  public var recorded: String?
  public var diagnosis: Diagnosis
  /// Everybody who transmitted, stock parts first.
  public var senders: [SenderRow]
  /// What the time line shows.
  public var sample: TimelineSample

  public init(
    title: String, phoneTitle: String? = nil, recorded: String? = nil, diagnosis: Diagnosis, senders: [SenderRow] = [],
    sample: TimelineSample
  ) {
    self.title = title
    self.phoneTitle = phoneTitle
    self.recorded = recorded
    self.diagnosis = diagnosis
    self.senders = senders
    self.sample = sample
  }

  /// Writes the page piece by piece; memory beside the sample's stays small.
  public func write(into sink: inout some ByteSink) throws(OutputError) {
    let items = sample.items
    let lanes = LaneOrder(items, senders: senders)
    var page = PageText()
    head(&page)
    page.raw("<body>\n<a class=\"skip\" href=\"#timeline\">To the time line</a>\n<main>\n")
    VerdictSection(report: self).write(to: &page)
    StorySection(diagnosis: diagnosis).write(to: &page)
    TileSection(diagnosis: diagnosis).write(to: &page)
    TimelineSection(sample: sample, lanes: lanes, nothing: nothing).write(to: &page)
    TableSection(diagnosis: diagnosis, senders: senders, lanes: lanes).write(to: &page)
    FooterSection(report: self).write(to: &page)
    page.raw("</main>\n")
    try page.drain(into: &sink)
    try EventBlob(items: items, lanes: lanes, total: sample.total).write(into: &sink)
    page.raw("<script>")
    for part in PageSource.script { page.raw(part) }
    page.raw("</script>\n</body>\n</html>\n")
    try page.drain(into: &sink)
  }

  /// Why there is no time line: a phone's log as text has messages and no times.
  private var nothing: String {
    diagnosis.wire == nil && (diagnosis.notifications?.total ?? 0) > 0
      ? "the phone's log tells no times" : "nothing was seen"
  }

  private func head(_ page: inout PageText) {
    page.raw(
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '\(PageSource.scriptHash)'; \
      style-src '\(PageSource.styleHash)'; base-uri 'none'; form-action 'none'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="referrer" content="no-referrer">
      <title>
      """)
    page.text(title)
    page.raw(" · mi-bus</title>\n<style>")
    page.raw(PageSource.style)
    page.raw("</style>\n</head>\n")
  }
}
