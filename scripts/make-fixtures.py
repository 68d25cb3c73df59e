#!/usr/bin/env python3
"""Makes the files under tests/data/import/ with programs other than ours.

They are committed; this script only shows how they came about and makes them again:

    pip install openpyxl odfpy xlwt
    python3 scripts/make-fixtures.py        # uses LibreOffice too when `soffice` is installed

All names are made up.
"""

import datetime
import shutil
import subprocess
import tempfile
import unicodedata
from pathlib import Path

import openpyxl
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

HERE = Path(__file__).resolve().parent.parent / "tests" / "data" / "import"

# The same list in every format: titles, an empty row, the header in row 5, a footer.
ROSTER = [
    ["TRƯỜNG MẦM NON HOA SEN"],
    ["DANH SÁCH TRẺ NĂM HỌC 2026-2027"],
    [],
    ["(Kèm theo kế hoạch của nhà trường)"],
    ["STT", "Mã trẻ", "Họ và tên", "Ngày sinh", "Tên lớp"],
    [1, "00123", "Nguyễn Thị Ửng", "01/02/2021", "Lớp 5A1"],
    [2, 12345, "Đặng Quỳnh Như", "15/08/2021", "5A1"],
    [],
    [3, "HS-07", "Lê Văn Đức", "30/11/2022", "4 tuổi B"],
    [4, "000000000042", "Trần Bảo Hân", "02/03/2022", "Lá 1"],
    ["", "Tổng số: 4 trẻ"],
    ["", "", "", "Người lập biểu"],
]

STAFF = [
    ["DANH SÁCH CÁN BỘ, GIÁO VIÊN, NHÂN VIÊN"],
    ["TT", "Họ và tên", "Chức vụ", "Lớp phụ trách", "Điện thoại"],
    [1, "Phạm Thị Hoa", "Hiệu trưởng", "", "0900000001"],
    [2, "Vũ Minh Thư", "Giáo viên", "5A1; 5A2", "0900000002"],
    [3, "Đỗ Thị Lụa", "Giáo viên kiêm tổ trưởng", "Lá 1", "0900000003"],
    [4, "Bùi Văn Tám", "Bảo vệ", "", ""],
    ["", "", "", "Hiệu trưởng"],
]

# One sheet per class, the class in its name or in the title above the table.
BY_CLASS = {
    "5A1": [["Họ đệm", "Tên", "Mã trẻ"], ["Nguyễn Thị", "Ửng", "A1"], ["Đặng Quỳnh", "Như", "A2"]],
    "Trang 2": [["DANH SÁCH TRẺ LỚP LÁ 2 NĂM HỌC 2026-2027"], ["Họ đệm", "Tên", "Mã trẻ"], ["Lê Văn", "Đức", "B1"]],
    "Ghi chú": [["In hai bản"]],
}


def write_openpyxl(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                if value != "":
                    sheet.cell(number, column, value)
        if len(rows[0]) == 1:
            sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=5)
    book.save(path)


def write_xlwt(path, sheets):
    book = xlwt.Workbook(encoding="utf-8")
    for title, rows in sheets.items():
        sheet = book.add_sheet(title)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(number, column, value)
    book.save(str(path))


def write_odf(path, sheets):
    book = OpenDocumentSpreadsheet()
    for title, rows in sheets.items():
        table = Table(name=title)
        for row in rows:
            line = TableRow()
            for value in row or [""]:
                if isinstance(value, int):
                    cell = TableCell(valuetype="float", value=value)
                elif value:
                    cell = TableCell(valuetype="string")
                else:
                    cell = TableCell()
                if value != "":
                    cell.addElement(P(text=str(value)))
                line.addElement(cell)
            table.addElement(line)
        book.spreadsheet.addElement(table)
    book.save(str(path))


def as_csv(rows, separator, line_end="\r\n"):
    width = max(len(row) for row in rows)
    lines = []
    for row in rows:
        cells = [str(value) for value in row] + [""] * (width - len(row))
        cells = [f'"{c}"' if any(s in c for s in (separator, '"', ";")) else c for c in cells]
        lines.append(separator.join(cells))
    return line_end.join(lines) + line_end


def in_1258(text):
    """Code page 1258 keeps the shape of the vowel and writes the tone behind it."""
    tones = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
    out = []
    for char in text:
        try:
            out.append(char.encode("cp1258"))
            continue
        except UnicodeEncodeError:
            pass
        parts = unicodedata.normalize("NFD", char)
        base = unicodedata.normalize("NFC", "".join(c for c in parts if c not in tones))
        tone = "".join(c for c in parts if c in tones)
        out.append((base + tone).encode("cp1258"))
    return b"".join(out)


def write_csvs():
    comma, semicolon, tab = (as_csv(ROSTER, separator) for separator in ",;\t")
    (HERE / "roster-utf8.csv").write_bytes(comma.encode("utf-8"))
    (HERE / "roster-utf8-bom.csv").write_bytes(semicolon.encode("utf-8-sig"))
    (HERE / "roster-utf16le.csv").write_bytes(b"\xff\xfe" + tab.encode("utf-16-le"))
    (HERE / "roster-utf16be.csv").write_bytes(b"\xfe\xff" + comma.encode("utf-16-be"))
    (HERE / "roster-windows1258.csv").write_bytes(in_1258(semicolon))
    (HERE / "roster-tab.txt").write_bytes(unicodedata.normalize("NFD", tab).encode("utf-8"))
    (HERE / "staff.csv").write_bytes(as_csv(STAFF, ",").encode("utf-8"))
    tcvn3 = "Hä vµ tªn,Líp,M· trÎ\r\nNguyÔn V¨n An,5A1,A1\r\nTrÇn ThÞ B×nh,5A1,A2\r\n§ç Hång H¹nh,5A1,A3\r\n"
    (HERE / "roster-tcvn3.csv").write_bytes(tcvn3.encode("cp1252"))
    html = "<html><body><table><tr><td>lop</td><td>ma_be</td><td>ho_ten</td></tr></table></body></html>"
    (HERE / "roster-html.xls").write_text(html, encoding="utf-8")


def write_bad_cells():
    """Cells that only a real workbook can hold: an error, a formula without result, a date, a huge number."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Trẻ"
    for row in [
        ["lop", "ma_be", "ho_ten"],
        ["5A1", "A1", "#REF!"],
        ["5A1", "A2", "=B2"],
        ["5A1", 1.23456789012e17, "Lê Văn Đức"],
        ["5A1", 1219000123 * 10, "Trần Bảo Hân"],
    ]:
        sheet.append(row)
    sheet.append([datetime.date(2026, 1, 5), "A5", "Vũ Minh Thư"])
    # A stray cell far away must not cost memory.
    sheet.cell(1_048_576, 16_384, "x")
    book.save(HERE / "bad-cells.xlsx")
    old = xlwt.Workbook()
    sheet = old.add_sheet("Trẻ")
    for column, title in enumerate(["lop", "ma_be", "ho_ten"]):
        sheet.write(0, column, title)
    sheet.write(65_535, 255, "x")
    old.save(str(HERE / "far-cell.xls"))


def write_with_libreoffice():
    soffice = shutil.which("soffice")
    if not soffice:
        print("LibreOffice is not installed: roster-libreoffice.* are left as they are")
        return
    for kind in ("xlsx", "ods", "xls"):
        with tempfile.TemporaryDirectory() as folder:
            # Converted from another format, so that LibreOffice writes every byte itself.
            source = HERE / ("roster-odfpy.ods" if kind == "xlsx" else "roster-openpyxl.xlsx")
            profile = f"-env:UserInstallation=file://{folder}/profile"
            command = [soffice, profile, "--headless", "--convert-to", kind, "--outdir", folder, str(source)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=180)
            shutil.copy(next(Path(folder).glob(f"*.{kind}")), HERE / f"roster-libreoffice.{kind}")


def main():
    HERE.mkdir(parents=True, exist_ok=True)
    write_openpyxl(HERE / "roster-openpyxl.xlsx", {"Danh sách": ROSTER})
    write_xlwt(HERE / "roster-xlwt.xls", {"Danh sách": ROSTER})
    write_odf(HERE / "roster-odfpy.ods", {"Danh sách": ROSTER})
    write_openpyxl(HERE / "by-class.xlsx", BY_CLASS)
    write_openpyxl(HERE / "staff.xlsx", {"Nhân sự": STAFF})
    write_csvs()
    write_bad_cells()
    write_with_libreoffice()


if __name__ == "__main__":
    main()
