import type { CaseTable } from './case.js'

/** Numbers are specimens their issuers publish, or made up to pass the check; the last of the ignored are off by one. */
export const PII_CASES: CaseTable = {
  'pii.ssn': {
    finds: [
      'my SSN is 123-45-6789',
      'ssn: 536904399',
      '(078-05-1120)',
      'patient_ssn: 123 45 6789',
      '{"socialSecurityNumber":"123456789"}',
    ],
    ignores: [
      '000-12-3456',
      '666-12-3456',
      '900-12-3456',
      '123-00-6789',
      '123-45-0000',
      'order 123456789',
      'ABC-123-45-6789',
      '1123-45-67890',
    ],
  },
  'pii.card': {
    finds: [
      'card 4111 1111 1111 1111, exp 12/27',
      'pay with 5555555555554444',
      '3782-822463-10005',
      'number: 6011000990139424',
      '30569309025904',
      '2223003122003222',
    ],
    ignores: [
      '4111 1111 1111 1112',
      '1234567812345678',
      '0000000000000000',
      'id 550e8400-e29b-41d4-a716-446655440000',
      '4111-1111-1111-1111-1',
      '411111111111111',
      '0.4111111111111111',
    ],
  },
  'pii.phone': {
    finds: [
      'call +49 30 901820',
      '(212) 555-0187',
      '212-555-0187',
      'phone: 2125550187',
      '+1 (415) 555-2671',
      'mobile no 98765 43210',
      '+6591234567',
    ],
    ignores: [
      'ORD-555-123-4567',
      'order 2125550187',
      '112-555-0187',
      'call me at 7',
      '2+2=4 and 10 more',
      'build 123-456-789',
      'UTC+02:00',
      '911-555-0187 x',
    ],
  },
  'pii.email': {
    finds: [
      'write to jane.doe@example.com',
      'a+b@sub.example.co.uk',
      '<x_y@example.org>',
      'JANE@EXAMPLE.COM.',
      'email: o-k@a-b.io, now',
    ],
    ignores: [
      'icon@2x.png',
      '@types/node@20.1.0',
      'git@github.com:org/repo.git',
      'meet @ noon',
      'a@b',
      'user@localhost',
      '@mention.me',
    ],
  },
  'pii.iban': {
    finds: [
      'DE89 3704 0044 0532 0130 00',
      'GB29NWBK60161331926819',
      'pay to FR1420041010050500013M02606 today',
      'NL91ABNA0417164300',
      'NO93 8601 1117 947',
    ],
    ignores: [
      'DE89 3704 0044 0532 0130 01',
      'GB29NWBK60161331926818',
      'ZZ89 3704 0044 0532 0130 00',
      'DE893704004405320130',
      'SHA1 0000 1111 2222 3333',
    ],
  },
  'pii.ip': {
    finds: [
      'from 203.0.113.7',
      'client: 8.8.8.8',
      '2001:db8:85a3::8a2e:370:7334',
      'ip=192.168.1.20;',
      '[2001:0db8:0000:0000:0000:ff00:0042:8329]:443',
    ],
    ignores: [
      'version 1.2.3.4',
      'v10.15.7.1',
      '127.0.0.1',
      '256.1.1.1',
      '1.2.3',
      '1.2.3.4.5',
      '10:11:12',
      'std::chrono::seconds',
      '0.0.0.0',
    ],
  },
  'pii.mx_curp': {
    finds: [
      'BOXW310820HNERXN09',
      'CURP: BOXW310820HNERXN09',
      '"BOXW310820HNERXN09"',
      'curp BOXW310820HNERXN09.',
    ],
    ignores: ['BOXW310820HNERXN08', 'BOXW311320HNERXN09', 'boxw310820hnerxn09', 'BOXW310820HNERXN'],
  },
  'pii.passport': {
    finds: [
      'passport: 123456789',
      'Passport No. L8988901',
      'passport_number: AB1234567',
      'Reisepass C01X00T47 / passport C01234567',
    ],
    ignores: [
      'passport control at 10',
      'order L8988901',
      'passport',
      'passport expires in 2031',
      'the passport office, room 12',
    ],
  },
  'pii.date_of_birth': {
    finds: [
      'born on 12 March 1984',
      'DOB: 03/12/1984',
      'date_of_birth: 1984-03-12T00:00:00Z',
      'birthday: March 12, 1984',
      'dateOfBirth: 12.3.1984',
      'customer_dob 840312 dob 12-03-84',
    ],
    ignores: [
      'meeting on 2026-03-12',
      'created_at: 1984-03-12',
      'born to run',
      'dob: 13/13/1984',
      'a stubborn 2024-01-01',
      'birth rate 12.5',
    ],
  },
  'pii.us_bank_account': {
    finds: [
      'account number: 000123456789',
      'acct # 12345678',
      'bank account 987654321',
      'routing number 111000025',
      'accountNumber: 123456789012',
    ],
    ignores: [
      'aws account 123456789012',
      'account_id: 123456789012',
      'routing number 111000026',
      'invoice 000123456789',
      'account number: 1234567',
      'account number: 00000000',
    ],
  },
  'pii.ca_sin': {
    finds: ['130-692-544', 'SIN: 130 692 544', 'sin 130692544', 'social insurance number: 123456782'],
    ignores: ['130-692-545', '130 692 544', '130692544', '046-454-286', '823-456-785', 'SIN: 130 692 545'],
  },
  'pii.br_cpf': {
    finds: ['390.533.447-05', 'CPF 390.533.447-05.', 'cpf: 39053344705', '"cpf":"11144477735"'],
    ignores: ['390.533.447-06', '231.002.999-00', '39053344705', '111.111.111-11', 'cpf: 39053344706'],
  },
  'pii.br_cnpj': {
    finds: [
      '16.727.230/0001-97',
      'CNPJ 16727230000197',
      'cnpj: 11.222.333/0001-81',
      'empresa 11.222.333/0001-81, SP',
    ],
    ignores: ['16.727.230/0001-98', '16727230000197', '00.000.000/0000-00', 'cnpj: 16727230000198'],
  },
  'pii.uk_nhs': {
    finds: [
      'NHS number 943 476 5919',
      'nhs: 9434765870',
      'NHS no: 943-476-5870',
      '{"nhs_number":"9434765919"}',
    ],
    ignores: [
      'NHS number 943 476 5918',
      '943 476 5919',
      'nhs: 9434765871',
      'phone 9434765919',
      'nhs 111 1111 111',
    ],
  },
  'pii.uk_nino': {
    finds: ['NI number AB123456C', 'AB 12 34 56 C', 'nino: JG103759A', '"CE123456D"'],
    ignores: ['GB123456A', 'DA123456A', 'AB123456E', 'AB12345C', 'QQ123456C', 'XAB123456C', 'AO123456A'],
  },
  'pii.de_steuer_id': {
    finds: ['IdNr 36 574 261 809', '36574261809', 'Steuer-ID: 47036892816', '65929970489'],
    ignores: ['36574261890', '36554266806', '01234567890', '12345678901', '36 574 261 808'],
  },
  'pii.nl_bsn': {
    finds: ['BSN 111222333', 'bsn: 123456782', 'burgerservicenummer 1112.22.333', 'BSN: 111 222 333'],
    ignores: ['BSN 111252333', '111222333', 'bsn: 123456783', 'BSN 000000000'],
  },
  'pii.be_national_number': {
    finds: ['85.07.30-033.28', 'niss 85073003328', '17 07 30 033 84', '17.07.30-033.84'],
    ignores: ['85.07.30-033.29', '85073003328', '85.13.30-033.28', '12.34.56-789.01'],
  },
  'pii.pl_pesel': {
    finds: [
      'PESEL 44051401359',
      'pesel: 02211307589',
      'PESEL: 44051401359, Warszawa',
      '{"pesel":"44051401359"}',
    ],
    ignores: ['44051401359', 'PESEL 44051401358', 'pesel: 02381307589', 'PESEL pending'],
  },
  'pii.se_personnummer': {
    finds: ['880320-0016', '19880320-0016', 'pnr 811228-9874', 'personnummer: 640823-3234'],
    ignores: ['880320-0018', '881320-0016', '8803200016', 'range 123456-7890'],
  },
  'pii.ch_ahv': {
    finds: ['756.9217.0769.85', '7569217076985', 'AHV 756.1234.5678.97', 'ahv: 7561234567897'],
    ignores: ['756.9217.0769.84', '123.4567.8910.19', '7569217076984', '9780306406157'],
  },
  'pii.fr_nir': {
    finds: ['2 95 10 99 126 111 93', '295109912611193', '253072B07300470', 'NIR: 253072A07300443'],
    ignores: ['295109912611199', '253072C07300443', '295139912611193', '395109912611193'],
  },
  'pii.es_dni': {
    finds: ['54362315K', '54362315-K', 'NIE X-2482300-W', 'X2482300W', 'DNI: 12345678Z'],
    ignores: ['54362315Z', 'X2482300A', '5436231K', '54362315k', 'A54362315K'],
  },
  'pii.it_codice_fiscale': {
    finds: ['RCCMNL83S18D969H', 'CF: RSSMRA85T10A562S', 'codice RSSMRA85T10A562S.', '"MRTMTT91D08F205J"'],
    ignores: ['RCCMNL83S18D969I', 'RSSMRA85T10A562T', 'RCCMNL83S18D969', 'ABCDEF12G34H567I'],
  },
  'pii.in_pan': {
    finds: ['PAN ACUPA7085R', 'AAPPV8261K', 'pan: ABCPE1234F', '(AAACR5055K)'],
    ignores: ['ABMXA3211G', 'ACUPA0000R', 'ABMPA32111', 'acupa7085r', 'XACUPA7085R'],
  },
  'pii.in_aadhaar': {
    finds: ['2341 2341 2346', 'Aadhaar: 234123412346', '2341-2341-2346', 'aadhar no 234123412346'],
    ignores: ['2341 2341 2347', '234123412346', '1341 2341 2346', '2222 2222 2222', 'Aadhaar: 234123412345'],
  },
  'pii.sg_nric': {
    finds: ['S1234567D', 'NRIC: T0123456G', 'FIN F1234567N', 'G1234567X', 'M1234567K'],
    ignores: ['S1234567E', 'T0123456H', 'S123456D', 'A1234567D', 'XS1234567D', 's1234567d'],
  },
  'pii.sg_uen': {
    finds: ['00192200M', '197401143C', 'S16FC0121D', 'UEN T01FC6132D'],
    ignores: ['00192200N', '197401143D', 'S16FC0121E', 'T01FC6132E', '123456789'],
  },
  'pii.id_nik': {
    finds: [
      'NIK: 3171011708450001',
      'ktp 3171015708450001',
      'nomor induk 3171011708450001',
      '{"nik":"3171011708450001"}',
    ],
    ignores: ['3171011708450001', 'NIK: 9971011708450001', 'NIK: 3171013213450001', 'nik 3171011708450000'],
  },
  'pii.id_npwp': {
    finds: [
      '01.312.166.0-091.000',
      'NPWP 013121660091000',
      'npwp: 0013121660091000',
      'NPWP: 01.312.166.0-091.000',
    ],
    ignores: ['01.312.166.1-091.000', '013121660091000', 'npwp: 013121661091000', 'NPWP 123456789'],
  },
  'pii.cn_resident_id': {
    finds: [
      '360426199101010071',
      '11010519491231002X',
      '身份证号360426199101010071',
      'id 360426 19910101 0071',
    ],
    ignores: ['360426199101010072', '11010519491231003X', '360426199113010071', '123456789012345678'],
  },
  'pii.kr_rrn': {
    finds: [
      '971013-9019902'.replace('-9', '-1'),
      'RRN 880101-2345678',
      '900215-1234567',
      '주민등록번호 010101-3123456',
    ],
    ignores: ['881301-2345678', '8801012345678', '880101-9345678', '880101-23456'],
  },
  'pii.jp_my_number': {
    finds: [
      'My Number: 6214 9832 0257',
      'my_number 621498320257',
      '個人番号 621498320257',
      'マイナンバー: 6214-9832-0257',
    ],
    ignores: ['My Number: 6214 9832 0258', '621498320257', 'my number is 7', 'number 621498320257'],
  },
  'pii.au_tfn': {
    finds: [
      'TFN 123 456 782',
      'tfn: 123456782',
      'tax file number 123-456-782',
      '"taxFileNumber":"123456782"',
    ],
    ignores: ['123 456 782', 'TFN 123 456 783', 'tfn: 999999999', 'tax file 12'],
  },
  'pii.za_id': {
    finds: [
      'ID number 7503305044089',
      'identity number: 7503305044089',
      'id_no 7503305044089',
      'RSA ID: 750330 5044 08 9',
    ],
    ignores: ['7503305044089', 'ID number 8503305044089', 'ID number 7513305044089', 'id 12'],
  },
}
